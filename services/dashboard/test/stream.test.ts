import { once } from 'node:events'
import { createLogger, httpServer } from '@candlewick/service'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { Bounds } from '../src/bounds.ts'
import { addApi } from '../src/http/api.ts'
import { Origins } from '../src/http/origins.ts'
import { addWebSockets } from '../src/http/stream-route.ts'
import { Streams } from '../src/http/streams.ts'
import { candleOf, cluster, rowOf, startDashboard } from './harness.ts'

interface Message {
  readonly type: string
  readonly data: { readonly pair: string }
}

/** @returns an open client and the messages that it receives */
async function listen(url: string, query: string, headers = {}) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/stream${query}`, { headers })
  onTestFinished(() => socket.terminate())
  const messages: Message[] = []
  socket.on('message', data => messages.push(JSON.parse(String(data))))
  await once(socket, 'open')
  return { socket, messages }
}

const refusedWith = (url: string, path: string, headers = {}) =>
  new Promise<[number | undefined, string]>(resolve => {
    const socket = new WebSocket(url.replace('http', 'ws') + path, { headers })
    socket.on('unexpected-response', async (_, response) => {
      const body: Buffer[] = await response.toArray()
      resolve([response.statusCode, JSON.parse(Buffer.concat(body).toString()).error])
    })
  })

it('refuses a path that cannot be read and keeps running', async () => {
  const { log } = await cluster()
  const { url, get, service } = await startDashboard(log)
  onTestFinished(() => service.stop())
  expect(await refusedWith(url, '//')).toEqual([400, 'the path cannot be read'])
  expect((await get('/healthz')).status).toBe(200)
})

it('sends rows when they are published, and no rows from before the connection', async () => {
  const { log, rows, candles } = await cluster()
  await rows(rowOf(0))
  const { url, json, service } = await startDashboard(log)
  onTestFinished(() => service.stop())
  await expect.poll(async () => (await json('/api/v1/pairs')).length).toBe(1)
  const all = await listen(url, '')
  const some = await listen(url, '?channels=candles,rows&pair=ETH/USD&interval=1m')
  await candles(candleOf(1), candleOf(1, 'ETH/USD'))
  await rows(rowOf(1), rowOf(1, 'ETH/USD'), rowOf(1))
  await expect.poll(() => [all.messages.length, some.messages.length]).toEqual([2, 2])
  expect(all.messages).toEqual([rowOf(1), rowOf(1, 'ETH/USD')].map(data => ({ type: 'row', data })))
  expect(some.messages.map(m => m.type).sort()).toEqual(['candle', 'row'])
  expect(some.messages.every(m => m.data.pair === 'ETH/USD')).toBe(true)
})

it('refuses unknown parameters and paths, pages of other sites, and clients beyond the limit', async () => {
  const { log } = await cluster()
  const { url, service } = await startDashboard(log, { STREAM_CLIENTS_MAX: '1', CORS_ORIGINS: 'https://desk.example' })
  onTestFinished(() => service.stop())
  const stream = '/api/v1/stream'
  expect(await refusedWith(url, `${stream}?channels=trades`)).toEqual([400, expect.stringContaining('channels=trades')])
  expect(await refusedWith(url, `${stream}?interval=7x`)).toEqual([400, expect.stringContaining('interval=7x')])
  expect(await refusedWith(url, `${stream}?x=1`)).toEqual([400, expect.stringContaining('x is not a parameter')])
  expect(await refusedWith(url, '/other')).toEqual([404, `the stream is ${stream}`])
  expect(await refusedWith(url, stream, { origin: 'https://evil.example' })).toEqual([403, expect.any(String)])
  const { socket } = await listen(url, '', { origin: 'https://desk.example' })
  expect(await refusedWith(url, stream)).toEqual([503, '1 clients are connected, and no more may be'])
  socket.close()
  await once(socket, 'close')
  await listen(url, '')
})

it('drops only the client that does not read fast enough, and names the reason', async () => {
  const warnings: string[] = []
  const logger = createLogger('test', 'warn', { write: line => warnings.push(line) })
  const streams = new Streams(10, new Bounds(logger), logger)
  const app = httpServer({ failed: () => {}, dropped: () => {} })
  await addWebSockets(app, streams)
  await app.register(api => addApi(api, { routes: [], streams, origins: new Origins([]) }))
  onTestFinished(() => {
    streams.close()
    return app.close()
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const slow = await listen(url, '?channels=pairs')
  const quick = await listen(url, '?channels=pairs')
  slow.socket.pause()
  const big = { text: 'x'.repeat(500_000) }
  for (let sent = 0; warnings.length === 0; sent++) {
    streams.publishState('pairs', () => big)
    await expect.poll(() => quick.messages.length, { interval: 2, timeout: 10_000 }).toBe(sent + 1)
  }
  const closed = once(slow.socket, 'close')
  slow.socket.resume()
  const [code, reason] = await closed
  expect([code, String(reason)]).toEqual([1013, expect.stringMatching(/^too slow: \d+ bytes are unread$/)])
  expect(slow.messages.length).toBeLessThan(quick.messages.length)
  expect(quick.socket.readyState).toBe(WebSocket.OPEN)
})

it('closes its clients with code 1001 when it stops', async () => {
  const { log } = await cluster()
  const { url, service } = await startDashboard(log)
  const { socket } = await listen(url, '')
  const closed = once(socket, 'close')
  await service.stop()
  expect((await closed)[0]).toBe(1001)
})
