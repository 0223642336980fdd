import { SimulatedExchange } from '@candlewick/exchanges'
import { intervalMs } from '@candlewick/market-data'
import { type Log, type MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it, vi } from 'vitest'
import { records } from '../../services/trades-ingestor/test/harness.ts'
import { type Changed, dying, file, world } from './harness.ts'

vi.setConfig({ testTimeout: 60_000 })

const START_MS = 1_767_225_600_000
const MINUTE_MS = 60_000
const PAIR = 'BTC/USD'
const contiguous = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

/** A trade in each of these seconds. */
const linesOf = (seconds: readonly number[], pair = PAIR): string =>
  seconds
    .map(s => ({ pair, trade_id: s + 1, side: 'buy', price: 100, qty: 1, timestamp_ms: START_MS + s * 1000 }))
    .map(trade => `${JSON.stringify(trade)}\n`)
    .join('')

const at = (s: number) => START_MS + s * 1000

it('continues with a longer file, a later --to, another list of files, and another number of partitions', async () => {
  const [first, longer, rest] = [contiguous(0, 60), contiguous(0, 120), contiguous(120, 60)].map(s => file(linesOf(s)))
  const { run, ids, cluster } = world([first!], [PAIR])
  const steps: Changed[] = [
    { toMs: at(30) },
    {},
    { files: [longer!], toMs: at(90), ownEnv: { PARTITIONS: '5' } },
    { files: [longer!, rest!], ownEnv: { PARTITIONS: '1' } },
    { files: [rest!] },
  ]
  for (const [i, changed] of steps.entries()) {
    expect((await run(undefined, undefined, changed)).error).toBeUndefined()
    expect(await ids(PAIR)).toEqual(contiguous(1, [30, 60, 90, 180, 180][i]!))
  }
  expect(cluster.partitions('trades')).toHaveLength(2)
})

it.each<[string, () => Changed, RegExp]>([
  ['an earlier --from', () => ({ fromMs: at(0) }), /BTC\/USD begins at \S+ in the live topics.*--suffix/],
  ['no --from', () => ({ fromMs: undefined }), /BTC\/USD begins at \S+ in the live topics.*--suffix/],
  [
    'a --from behind the end',
    () => ({ fromMs: at(70) }),
    /is written up to \S+00:01:00\S+ in the live topics: --from \S+ would leave a gap .* Use --from \S+00:01:00/,
  ],
  [
    'a file with other trades',
    () => ({ files: [file(linesOf(contiguous(0, 120)).replaceAll('"price":100', '"price":9'))] }),
    /is there with other content/,
  ],
  [
    'a file that lacks nothing but has more trades before',
    () => ({ files: [file(linesOf(contiguous(0, 60)))], fromMs: at(5) }),
    /begins at/,
  ],
  ['a pair that the files lack', () => ({ pairs: [PAIR, 'ETH/USD'] }), /no trades of ETH\/USD/],
])('refuses %s in a second run, before anything is written', async (_, changed, message) => {
  const { run, ids } = world([file(linesOf(contiguous(0, 120)))], [PAIR], { fromMs: at(20), toMs: at(60) })
  expect((await run()).error).toBeUndefined()
  expect((await run(undefined, undefined, changed())).error).toMatch(message)
  expect(await ids(PAIR)).toEqual(contiguous(21, 40))
  expect((await run(undefined, undefined, { toMs: undefined })).error).toBeUndefined()
  expect(await ids(PAIR)).toEqual(contiguous(21, 100))
})

it('refuses a file whose trades belong into windows that an earlier file has closed, before anything is written', async () => {
  const [half, other] = [file(linesOf(contiguous(0, 90))), file(linesOf(contiguous(90, 60)))]
  const { run, ids } = world([half!], [PAIR])
  const minutes: Changed = { ownEnv: { CANDLE_INTERVALS: '1m' } }
  expect((await run(undefined, undefined, minutes)).error).toBeUndefined()
  const refused = await run(undefined, undefined, { ...minutes, files: [other!] })
  expect(refused.error).toMatch(
    /line 1: trade 91 of BTC\/USD would be late: an earlier run has closed its window.*topics of its own/,
  )
  expect(await ids(PAIR)).toEqual(contiguous(1, 90))
})

it('refuses a later --from of an exchange’s history, which would leave a gap, and continues with the old one', async () => {
  const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: Date.now() - 60 * MINUTE_MS })
  const toMs = Math.floor(exchange.time.now() / MINUTE_MS) * MINUTE_MS
  const fromMs = toMs - 20 * MINUTE_MS
  const history: Changed = { exchange: 'binance', rest: { get: exchange.get }, fromMs, toMs }
  const { run, ids } = world([], [PAIR])
  expect((await run(undefined, undefined, { ...history, toMs: toMs - 10 * MINUTE_MS })).error).toBeUndefined()
  const later = await run(undefined, undefined, { ...history, fromMs: toMs - 5 * MINUTE_MS })
  expect(later.error).toMatch(/BTC\/USD is written up to .*would leave a gap that nothing can fill later\. Use --from/)
  expect((await run(undefined, undefined, { ...history, fromMs: toMs - 10 * MINUTE_MS })).error).toBeUndefined()
  const first = exchange.lastIdBefore(PAIR, fromMs) + 1
  expect(await ids(PAIR)).toEqual(contiguous(first, exchange.lastIdBefore(PAIR, toMs) - first + 1))
})

async function valuesOf(cluster: MemoryCluster, topic: string): Promise<Record<string, unknown>[]> {
  const log = memoryLog(cluster)
  const found: Record<string, unknown>[] = []
  for (let p = 0; p < cluster.partitions(topic).length; p++) {
    const { start, end } = await log.offsets(topic, p)
    for await (const records of log.read(topic, p, start, end))
      for (const { value, headers } of records)
        if (value !== null && !headers?.control) found.push(JSON.parse(String(value)))
  }
  return found
}

it.each<[string, Record<string, string>, RegExp]>([
  [
    'intervals',
    { CANDLE_INTERVALS: '1s,5s' },
    /were made with CANDLE_INTERVALS=1s, and now it is 1s,5s: .*--suffix -x-2/,
  ],
  ['indicators', { INDICATORS: 'sma:9' }, /were made with INDICATORS=sma:7.*, and now it is sma:9/],
  ['treatment of empty windows', { EMPTY_CANDLES: 'skip' }, /were made with EMPTY_CANDLES=flat, and now it is skip/],
])(
  'refuses other %s for a suffix, before anything is written, whether the first run was killed or not',
  async (_, ownEnv, message) => {
    for (const transactions of [3, 1000]) {
      const { run, cluster } = world([file(linesOf(contiguous(0, 60)))], [PAIR], { suffix: '-x' })
      const stopping = new AbortController()
      await run(
        dying(memoryLog(cluster), transactions, false, () => stopping.abort()),
        stopping,
      )
      const before = (await valuesOf(cluster, 'candles-x')).length
      expect((await run(undefined, undefined, { ownEnv })).error).toMatch(message)
      expect(await valuesOf(cluster, 'candles-x')).toHaveLength(before)
      expect((await run()).error).toBeUndefined()
      expect(await valuesOf(cluster, 'technical-indicators-x')).toHaveLength(60)
    }
  },
)

/** Returns a log that fails at the first task of a service and ever after, as if the process had been killed there. */
function dyingIn(log: Log, name: string, kill: () => void): Log {
  const make = log.producer.bind(log)
  const producer: Log['producer'] = async id => {
    if (!id.startsWith(name)) return make(id)
    kill()
    throw new Error('killed')
  }
  return Object.assign(log, { producer })
}

it.each(['candles-x-trades', 'technical-indicators-x-candles'])(
  'makes the rows of an exchange’s history that are missing when the task %s was killed, once',
  async service => {
    const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: Date.now() - 60 * MINUTE_MS })
    const toMs = Math.floor(exchange.time.now() / MINUTE_MS) * MINUTE_MS
    const history: Changed = { exchange: 'binance', rest: { get: exchange.get }, fromMs: toMs - 5 * MINUTE_MS, toMs }
    const { run, cluster } = world([], [PAIR], { suffix: '-x' })
    const stopping = new AbortController()
    const killed = dyingIn(memoryLog(cluster), service, () => stopping.abort())
    await run(killed, stopping, { ...history, ownEnv: { CANDLE_INTERVALS: '1m' } })
    expect(await valuesOf(cluster, 'technical-indicators-x')).toEqual([])
    const again = await run(undefined, undefined, { ...history, ownEnv: { CANDLE_INTERVALS: '1m' } })
    expect(again.error).toBeUndefined()
    expect(again.said).toContain(`${PAIR} is already written, up to the end.`)
    const opens = contiguous(0, 5).map(i => toMs - (5 - i) * intervalMs('1m'))
    for (const topic of ['candles-x', 'technical-indicators-x'])
      expect((await valuesOf(cluster, topic)).map(row => row.open_time_ms)).toEqual(opens)
  },
)

it('makes the first window incomplete in spite of --from if a row before the first trade cannot be read', async () => {
  const lines = linesOf(contiguous(0, 3)).split('\n')
  const path = file([lines[0]!.replace('"side":"buy"', '"side":5'), ...lines.slice(1)].join('\n'))
  for (const [files, isFrom] of [
    [[file(linesOf(contiguous(0, 3)))], true],
    [[path], false],
  ] as const) {
    const { run, cluster } = world(files, [PAIR], { fromMs: at(0) })
    expect((await run()).error).toBeUndefined()
    const births = (await records(cluster)).flat().filter(({ headers }) => headers?.control === 'arrive')
    expect(births.map(({ headers }) => JSON.parse(String(headers?.content)).complete_from_ms === at(0))).toEqual([
      isFrom,
    ])
  }
})
