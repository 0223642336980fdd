import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SimulatedExchange } from '@candlewick/exchanges'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { startPage } from '../page.ts'
import { startRelay } from '../relay.ts'
import type { Running } from '../services.ts'
import { Warnings } from '../warnings.ts'
import type { controlState } from './controls.ts'

const running = (name: string): Running => ({ name, url: 'http://127.0.0.1:1', ended: undefined })
const FINDINGS = { checked: 1, wrong: 0, doubled: 0, missing: 0, awaited: 0, unchecked: 0, complaints: [] }

/** Serves the page with the controls of a pipeline that only records the actions. */
async function serveControls(simulated?: SimulatedExchange) {
  const done: string[] = []
  const instances = [running('trades-ingestor'), running('candles-1'), running('candles-2')]
  const cluster = new MemoryCluster()
  cluster.grow('trades', 3)
  const pipeline = {
    instances: () => instances,
    add: async () => void instances.push(running(`candles-${instances.length}`)),
    remove: async (name: string) =>
      void instances.splice(
        instances.findIndex(i => i.name === name),
        1,
      ),
    kill: (name: string) => void done.push(`kill ${name}`),
    stop: async () => {},
  }
  const cut = simulated && (() => void done.push('cut'))
  const controlled = {
    pipeline,
    exchange: { env: {}, simulated, cut, close: async () => {}, name: simulated ? 'simulated' : 'replay' },
    audit: { against: 'a list', findings: () => FINDINGS, stop: async () => {} },
    topics: memoryLog(cluster).topics,
    trades: 'trades',
  }
  const page = await startPage({ DASHBOARD_PORT: '0' }, memoryLog(cluster), controlled, new Warnings())
  onTestFinished(() => page.stop())
  const { host } = new URL(page.url)
  const press = async (action: string, headers: Record<string, string> = { origin: `http://${host}` }) => {
    const response = await fetch(`http://${host}/demo/${action}`, { method: 'POST', headers })
    return {
      status: response.status,
      body: (await response.json()) as Partial<ReturnType<typeof controlState>> & { error?: string },
    }
  }
  return { host, press, done, cluster, names: () => instances.map(({ name }) => name) }
}

it('performs the actions of the buttons within bounds', async () => {
  const simulated = new SimulatedExchange()
  const { press, done, cluster, names } = await serveControls(simulated)
  expect((await press('add')).body.instances).toHaveLength(3)
  await press('kill/candles-1')
  await press('cut')
  expect(done).toEqual(['kill candles-1', 'cut'])
  await press('partition')
  expect(cluster.partitions('trades')).toHaveLength(4)
  expect((await press('pace')).body.pace).toBe(100)
  expect((await press('pace')).body.pace).toBe(1)
  await press('stop/candles-1')
  await press('stop/candles-2')
  expect(names()).toEqual(['trades-ingestor', 'candles-3'])
  expect(await press('stop/candles-3')).toEqual({
    status: 409,
    body: { error: 'This is the last instance of candles' },
  })
  for (let i = 0; i < 6; i++) await press('add')
  expect((await press('add')).body.error).toBe('There are already 8 instances')
  cluster.grow('trades', 16)
  expect((await press('partition')).body.error).toBe('trades already has 16 partitions')
})

it('names the actions that are not possible with recorded trades', async () => {
  const { press } = await serveControls()
  expect((await press('cut')).body.error).toContain('does not pass through the demo')
  expect((await press('pace')).body.error).toContain('Only the simulated exchange')
})

it('accepts actions only from the page on this machine', async () => {
  const { host, press, done } = await serveControls(new SimulatedExchange())
  expect((await press('kill/candles-1', {})).status).toBe(403)
  expect((await press('kill/candles-1', { origin: 'https://evil.example' })).status).toBe(403)
  expect((await press('kill/candles-1', { origin: 'null' })).status).toBe(403)
  expect((await press('erase')).status).toBe(404)
  expect((await press('constructor')).status).toBe(404)
  expect((await fetch(`http://${host}/demo/cut`)).status).toBe(404)
  expect((await fetch(`http://${host}/demo/panel.js`)).status).toBe(200)
  expect(done).toEqual([])
})

it('refuses a page that has rebound its own name to this machine', async () => {
  const { host: own, done } = await serveControls(new SimulatedExchange())
  const statusOf = (method: string, path: string, host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { host, origin: `http://${host}` }
      const asking = request(`http://${own}/demo/${path}`, { method, headers }, response => {
        response.resume()
        resolve(response.statusCode)
      })
      asking.on('error', reject).end()
    })
  const evil = `evil.example:${new URL(`http://${own}`).port}`
  for (const path of ['kill/candles-1', 'cut', 'nothing']) expect(await statusOf('POST', path, evil)).toBe(421)
  for (const path of ['state', 'panel.js', 'panel.css']) expect(await statusOf('GET', path, evil)).toBe(421)
  expect(done).toEqual([])
  expect(await statusOf('POST', 'kill/candles-1', own)).toBe(200)
  expect(done).toEqual(['kill candles-1'])
})

it('relays a WebSocket in both directions and cuts both connections', async () => {
  const exchange = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(exchange, 'listening')
  exchange.on('connection', socket => socket.on('message', data => socket.send(`echo ${data}`)))
  const relay = await startRelay(`ws://127.0.0.1:${(exchange.address() as AddressInfo).port}`)
  onTestFinished(() => {
    relay.close()
    exchange.close()
  })
  const connect = async () => {
    const client = new WebSocket(relay.url)
    await once(client, 'open')
    client.send('subscribe')
    expect(String((await once(client, 'message'))[0])).toBe('echo subscribe')
    return client
  }
  const client = await connect()
  const [theirs] = exchange.clients
  const closed = Promise.all([once(client, 'close'), once(theirs!, 'close')])
  relay.cut()
  await closed
  await connect()
})
