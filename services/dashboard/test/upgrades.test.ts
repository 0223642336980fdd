import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { cluster, startDashboard } from './harness.ts'

let served: Awaited<ReturnType<typeof startDashboard>>

beforeAll(async () => {
  served = await startDashboard((await cluster()).log, { STREAM_CLIENTS_MAX: '2' })
})
afterAll(() => served.service.stop())

/** Asks for an upgrade and never closes its own side. @returns the status, once the server has closed the connection */
async function upgrade(path: string, headers: string[] = [], method = 'GET'): Promise<number> {
  const { hostname, port, host } = new URL(served.url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  const ended = once(socket, 'end')
  const key = 'dGhlIHNhbXBsZSBub25jZQ=='
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: Upgrade', 'Upgrade: websocket', ...headers]
  socket.write([...head, 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`, '', ''].join('\r\n'))
  await ended
  return Number(/^HTTP\/1.1 (\d+)/.exec(Buffer.concat(chunks).toString())?.[1])
}

it.each([
  ['a path that cannot be read', '/%', [], 400],
  ['a path without a stream', '/api/v1/rows', [], 404],
  ['a page file', '/main.js', [], 404],
  ['a parameter that is wrong', '/api/v1/stream?interval=7x', [], 400],
  ['a parameter that is given twice', '/api/v1/stream?pair=A/B&pair=A/B', [], 400],
  ['a page of another site', '/api/v1/stream', ['Origin: https://evil.example'], 403],
  ['a body', '/api/v1/stream', ['Content-Length: 10'], 413],
] as const)(
  'refuses an upgrade for %s, and does not wait for the client to close',
  async (_, path, headers, status) => {
    expect(await upgrade(path, [...headers])).toBe(status)
    expect((await served.get('/healthz')).status).toBe(200)
  },
)

it('refuses an upgrade by another method than GET', async () => {
  expect(await upgrade('/api/v1/stream', [], 'POST')).toBe(405)
})

it('answers 426 to a request for the stream without an upgrade', async () => {
  const { status, headers } = await served.get('/api/v1/stream')
  expect([status, headers.get('upgrade')]).toEqual([426, 'websocket'])
})

it('admits no more clients than the limit when all connect at once', async () => {
  const url = `${served.url.replace('http', 'ws')}/api/v1/stream`
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const socket = new WebSocket(url)
      onTestFinished(() => socket.terminate())
      const refused = once(socket, 'unexpected-response').then(([, response]) => Number(response.statusCode))
      return Promise.race([once(socket, 'open').then(() => 101), refused])
    }),
  )
  expect(outcomes.toSorted()).toEqual([101, 101, ...new Array<number>(8).fill(503)])
})

it('stops within seconds when a client does not close its side', async () => {
  const { service, url } = await startDashboard((await cluster()).log)
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/stream`)
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  socket.pause()
  const startedAt = performance.now()
  await service.stop()
  expect(performance.now() - startedAt).toBeLessThan(4000)
})
