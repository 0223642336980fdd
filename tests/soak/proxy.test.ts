import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { FaultyProxy } from './proxy.ts'

/** An echo server behind the proxy, and a client that collects its answers. */
async function echo() {
  const server = createServer(socket => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await FaultyProxy.listen()
  proxy.leadTo((server.address() as AddressInfo).port)
  onTestFinished(async () => {
    await proxy.close()
    server.close()
  })
  const client = async () => {
    const socket: Socket = connect(proxy.port, '127.0.0.1')
    await once(socket, 'connect')
    const got = { text: '', closed: false }
    socket.on('data', data => {
      got.text += String(data)
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      got.closed = true
    })
    return { socket, got }
  }
  return { proxy, client }
}

it('forwards bytes, stalls, and forwards the stalled bytes when it is resumed, also on new connections', async () => {
  const { proxy, client } = await echo()
  const a = await client()
  a.socket.write('one ')
  await expect.poll(() => a.got.text).toBe('one ')
  proxy.stall()
  const b = await client()
  a.socket.write('two')
  b.socket.write('three')
  await sleep(100)
  expect([a.got.text, b.got.text]).toEqual(['one ', ''])
  proxy.resume()
  await expect.poll(() => [a.got.text, b.got.text]).toEqual(['one two', 'three'])
})

it('delays bytes in order, and forwards fast again once the delayed bytes have arrived', async () => {
  const { proxy, client } = await echo()
  const a = await client()
  proxy.delayMs = 150
  const startedAt = performance.now()
  a.socket.write('one ')
  await sleep(20)
  proxy.delayMs = 0
  a.socket.write('two')
  await expect.poll(() => a.got.text).toBe('one two')
  expect(performance.now() - startedAt).toBeGreaterThan(150)
})

it('cuts connections and accepts new ones', async () => {
  const { proxy, client } = await echo()
  const a = await client()
  a.socket.write('one')
  await expect.poll(() => a.got.text).toBe('one')
  proxy.cut()
  await expect.poll(() => a.got.closed).toBe(true)
  const b = await client()
  b.socket.write('two')
  await expect.poll(() => b.got.text).toBe('two')
})

it('shows each Kafka request, and drops the chosen ones', async () => {
  const { proxy, client } = await echo()
  const seen: unknown[] = []
  proxy.onRequest = request => {
    seen.push(request)
    return request.apiKey !== 26
  }
  const a = await client()
  const request = (apiKey: number) => {
    const name = Buffer.from('candles')
    const head = Buffer.alloc(14)
    head.writeInt32BE(10 + name.length, 0)
    head.writeInt16BE(apiKey, 4)
    head.writeInt16BE(name.length, 12)
    return Buffer.concat([head, name])
  }
  a.socket.write(request(26))
  await expect.poll(() => seen).toEqual([{ clientId: 'candles', apiKey: 26 }])
  a.socket.write(request(0))
  await expect.poll(() => a.got.text.length).toBe(21)
  expect(seen).toHaveLength(2)
})
