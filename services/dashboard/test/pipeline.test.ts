import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLogger } from '@candlewick/service'
import { memoryLog } from '@candlewick/streams'
import { expect, it, onTestFinished } from 'vitest'
import { Bounds } from '../src/bounds.ts'
import { ActivityLog } from '../src/pipeline/activity.ts'
import { GroupWatch } from '../src/pipeline/group-watch.ts'
import { Latency } from '../src/pipeline/latency.ts'
import { parseMetrics } from '../src/pipeline/metrics-text.ts'
import { Rate } from '../src/pipeline/rate.ts'
import { stateOf } from '../src/pipeline/state.ts'
import { Writers } from '../src/pipeline/writers.ts'
import { candleOf, cluster, rowOf, startDashboard, T0 } from './harness.ts'

const NOW = T0 + 3_600_000
const signs = {
  brokerError: undefined,
  loaded: true,
  tradesMs: NOW - 1000,
  candlesMs: NOW - 1000,
  startedMs: NOW - 5000,
  histories: [],
}

it.each([
  [{}, 'ok', 'Live'],
  [{ histories: ['BTC/USD: 6 of 24 hours of history'] }, 'ok', 'BTC/USD: 6 of 24 hours of history'],
  [{ histories: ['a', 'b', 'c', 'd', 'e'] }, 'ok', 'a, b, c and 2 pairs more'],
  [{ brokerError: 'connect ECONNREFUSED' }, 'broker_away', 'Kafka does not answer: connect ECONNREFUSED'],
  [{ loaded: false }, 'loading', 'Reading history …'],
  [{ tradesMs: 0, candlesMs: 0 }, 'no_data', 'No trades yet: waiting for the ingestor'],
  [
    { tradesMs: 0, candlesMs: 0, startedMs: NOW - 30_000 },
    'no_data',
    'No trades yet: waiting for the ingestor. The log of trades-ingestor says why. Without internet: ' +
      'docker compose down -v, then docker compose --profile simulated up',
  ],
  [{ candlesMs: 0 }, 'no_data', 'Trades arrive, no candles yet'],
  [{ tradesMs: NOW - 45_000 }, 'stalled', 'No trade and no watermark for 45 s'],
  [{ candlesMs: NOW - 45_000 }, 'stalled', 'Trades arrive, but no candles for 45 s'],
] as const)('%j is %s: %s', (sign, kind, text) => {
  expect(stateOf({ ...signs, ...sign }, NOW)).toEqual({ kind, text })
})

it('reports that no trade has arrived since the start when there are only older candles', () => {
  expect(stateOf({ ...signs, tradesMs: 0 }, NOW)).toEqual({ kind: 'stalled', text: 'No trade and no watermark yet' })
})

it('reports how much of its history each new pair has', () => {
  const writers = new Writers(new Bounds(createLogger('test', 'silent')))
  const cursor = (key: string, hoursAgo: number, minutesBehind: number) => {
    const value = {
      ...{ v: 1, exchange: 'kraken', last_trade_id: 1, watermark_ms: null, rate: 1, owner: null },
      ...{ complete_from_ms: NOW - hoursAgo * 3_600_000, last_timestamp_ms: NOW - minutesBehind * 60_000 },
      route: { partition: 0, epoch: [0, 0], partitions: 1 },
    }
    writers.take({ offset: 0, timestamp: NOW, key, value: Buffer.from(JSON.stringify(value)) })
  }
  cursor('BTC/USD', 24, 18 * 60)
  cursor('ETH/USD', 1.5, 30)
  cursor('SOL/USD', 24, 1)
  cursor('DOGE/USD', 24 * 30, 5 * 60)
  expect(writers.histories(NOW)).toEqual(['BTC/USD: 6 of 24 hours of history', 'ETH/USD: 60 of 90 minutes of history'])
})

it('counts records per second over the last ten seconds', () => {
  const rate = new Rate(0)
  for (let ms = 0; ms < 20_000; ms += 100) rate.add(5, ms)
  expect(rate.perSecond(20_000)).toBe(50)
  expect(rate.perSecond(25_500)).toBeCloseTo(200 / 9)
  expect(rate.perSecond(60_000)).toBe(0)
})

it('returns the percentiles of the last five minutes', () => {
  const latency = new Latency()
  expect(latency.percentiles(0)).toEqual({ p50_ms: null, p99_ms: null, count: 0, span_ms: 0 })
  latency.add(0, 1e6)
  for (let ms = 1; ms <= 200; ms++) latency.add(300_000 + ms, ms)
  expect(latency.percentiles(300_200)).toEqual({ p50_ms: 101, p99_ms: 199, count: 200, span_ms: 199 })
})

it('parses the text format of Prometheus', () => {
  const text = '# HELP a b\na_total{x="1",y="q\\"\\n\\\\"} 4617\n\nb 1.5e3\nb_bucket{le="+Inf"} NaN\n'
  expect(parseMetrics(text)).toEqual([
    { name: 'a_total', labels: { x: '1', y: 'q"\n\\' }, value: 4617 },
    { name: 'b', labels: {}, value: 1500 },
    { name: 'b_bucket', labels: { le: '+Inf' }, value: Number.NaN },
  ])
})

const STREAM_METRICS =
  'candlewick_task_ready{partition="0"} 1\ncandlewick_task_keys{partition="0"} 4\ncandlewick_records_total 7\n'
const STORE_METRICS = [
  ...['{store="parquet",partition="0"} 1', '{store="parquet",partition="2"} 1'].map(of => `candlewick_store_up${of}`),
  ...['{store="redis",partition="0"} 1', '{store="redis",partition="2"} 0'].map(of => `candlewick_store_up${of}`),
  ...['{store="redis",partition="0"} 5', '{store="redis",partition="2"} 70'].map(
    of => `candlewick_store_lag_records${of}`,
  ),
  'candlewick_store_rows_total{store="parquet"} 900',
].join('\n')

/** @returns the URL of an instance's health server */
async function instance(ready: object, metrics = STREAM_METRICS) {
  const server = createServer(({ url }, response) => {
    response.end(url === '/readyz' ? JSON.stringify(ready) : metrics)
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const HOST = /127\.0\.0\.1:\d+/g

it('notes which members join and leave and which partitions move, and asks each instance for its health', async () => {
  const { log } = await cluster()
  const activity = new ActivityLog()
  const watch = new GroupWatch('candles', activity, new Bounds(createLogger('test', 'silent')))
  const [first, second] = [await instance({ ready: true }), await instance({ ready: false, reason: 'restoring' })]
  const member = (url: string, partitions: number[]) => ({
    id: url,
    assigned: { 'candles-handovers': partitions, trades: partitions },
    data: { own: [], gen: 1, load: {}, http_url: url },
  })
  const look = (members: object[], state = 'Stable') => {
    const committed = [{ topic: 'trades', partition: 0, offset: 5 }]
    return watch.look({ ...log, describeGroup: async () => ({ state, members, committed }) as never }, Date.now(), [])
  }
  await look([member(first, [0, 1])])
  await look([member(first, []), member(second, [])], 'PreparingRebalance')
  expect([watch.state, watch.members[0]!.partitions]).toEqual(['PreparingRebalance', [0, 1]])
  await look([member(first, [0]), member(second, [1])])
  await look([member(second, [0, 1])])
  const [a, b] = [first, second].map(url => url.slice('http://'.length))
  expect(activity.last.map(({ text }) => text)).toEqual([
    `candles: ${b} joined`,
    `candles: partition 1 moved from ${a} to ${b}`,
    `candles: ${a} left`,
    `candles: partition 0 moved from ${a} to ${b}`,
  ])
  expect(activity.last.every(({ text }) => text.match(HOST))).toBe(true)
  await expect
    .poll(
      async () => {
        await look([member(second, [0, 1]), member('http://127.0.0.1:1', [])])
        return watch.members.map(({ health }) => health?.reason)
      },
      { timeout: 10_000, interval: 300 },
    )
    .toEqual(['restoring', expect.stringContaining('does not answer')])
  expect(watch.members[0]!.health).toMatchObject({ records: 7, tasks: [{ partition: 0, ready: true, keys: 4 }] })
})

it('lists moves, handovers, requests for late states, missing trades and dead letters as activities', async () => {
  const { log, write } = await cluster()
  const { json, service } = await startDashboard(log)
  onTestFinished(() => service.stop())
  await expect.poll(async () => (await json('/api/v1/pipeline')).topics.length).toBeGreaterThan(5)
  const control = (control: string, value: object, partition = 0) => ({
    key: 'BTC/USD',
    partition,
    value: { pair: 'BTC/USD', ...value },
    headers: { control },
  })
  await write('trades', control('arrive', { epoch: [1, 0], from: 0 }, 1), control('move', { epoch: [1, 0], to: 1 }))
  await write(
    'trades',
    control('gap', { from_ms: T0, to_ms: T0 + 5000 }, 1),
    control('watermark', { watermark_ms: T0 }, 1),
  )
  // Unreadable records are not shown, and do not keep later ones from being read.
  await write(
    'candles-handovers',
    control('ask', { group: 'candles', to: 1 }),
    control('gap', { from_ms: 9e15, to_ms: 1 }),
  )
  await write(
    'candles-handovers',
    control('ask', { group: 'candles', epoch: [1, 0], reply_to: 1, after: 7 }),
    control('handover', { group: 'candles', epoch: [1, 0], state: null, lost: true }, 1),
  )
  const headers = {
    source_topic: 'trades',
    source_partition: '1',
    source_offset: '7',
    reason: 'late',
    service: 'candles',
  }
  await write('dead-letters', { key: 'BTC/USD', value: {}, headers })
  const texts = async () => (await json('/api/v1/pipeline')).activity.map(({ text }: { text: string }) => text)
  await expect.poll(async () => (await texts()).length).toBe(5)
  expect((await texts()).sort()).toEqual([
    'BTC/USD moves from partition 0 to partition 1 of trades',
    'Trades of BTC/USD are missing from 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:05.000Z',
    'candles has no state of BTC/USD for partition 1, where the pair starts without a state',
    'candles rejected a record of BTC/USD: late',
    'candles: partition 1 asks partition 0 for the state of BTC/USD, which is late',
  ])
})

it('reports when the broker is unreachable and when it answers again, and is ready only with a broker', async () => {
  const { log, candles, rows } = await cluster()
  const describeGroup = log.describeGroup.bind(log)
  let isAway = true
  log.describeGroup = group => (isAway ? Promise.reject(new Error('connect ECONNREFUSED')) : describeGroup(group))
  const { json, get, service } = await startDashboard(log)
  onTestFinished(() => service.stop())
  const state = async () => (await json('/api/v1/pipeline')).state
  await expect.poll(state).toEqual({ kind: 'broker_away', text: 'Kafka does not answer: connect ECONNREFUSED' })
  expect((await get('/readyz')).status).toBe(503)
  expect((await get('/')).status).toBe(200)
  isAway = false
  await candles(candleOf(0))
  await rows(rowOf(0))
  await expect.poll(async () => (await state()).kind, { timeout: 5000 }).toBe('stalled')
  expect((await get('/readyz')).status).toBe(200)
  const texts = (await json('/api/v1/pipeline')).activity.map(({ text }: { text: string }) => text)
  expect(texts).toEqual(['Kafka answers again', 'Kafka is away: connect ECONNREFUSED'])
})

it('shows the feature store once it has run, with the state of each store', async () => {
  const { memory, log, write } = await cluster()
  const { json, service } = await startDashboard(log)
  onTestFinished(() => service.stop())
  const groups = async () => (await json('/api/v1/pipeline')).groups
  await expect.poll(async () => (await json('/api/v1/pipeline')).topics.length).toBeGreaterThan(5)
  const names = async () => (await groups()).map(({ group }: { group: string }) => group)
  expect(await names()).toEqual(['candles', 'technical-indicators'])
  await write('technical-indicators', { key: 'BTC/USD', value: rowOf(0) })
  const reason = 'redis does not store partition 2: away'
  const http_url = await instance({ ready: false, reason }, STORE_METRICS)
  const member = await memoryLog(memory).join({
    group: 'feature-store',
    topics: ['technical-indicators'],
    companions: [],
    data: () => ({ own: [0, 1], gen: 1, load: {}, http_url }),
    onAssigned: () => {},
    onHeartbeat: () => {},
    assign: (count, members) => new Map([[members[0]!.id, Array.from({ length: count }, (_, p) => p)]]),
  })
  await member.commit([{ topic: 'technical-indicators', partition: 0, offset: 0 }])
  await expect
    .poll(async () => (await groups())[2])
    .toMatchObject({
      group: 'feature-store',
      input: 'technical-indicators',
      lag: 2,
      instances: [
        {
          reason,
          stores: [
            { store: 'parquet', ready: true, rows: 900, lag: 0 },
            { store: 'redis', ready: false, rows: 0, lag: 75 },
          ],
          partitions: [{ partition: 0, lag: 2, ready: true, pairs: ['BTC/USD'] }, { partition: 1 }],
        },
      ],
    })
  await member.leave()
  await expect.poll(async () => (await groups())[2]).toMatchObject({ group: 'feature-store', instances: [] })
})
