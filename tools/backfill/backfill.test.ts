import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SimulatedExchange } from '@candlewick/exchanges'
import { createLogger, startService } from '@candlewick/service'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it, vi } from 'vitest'
import { candles } from '../../services/candles/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'
import { temporaryFolder } from '../../tests/temporary-folder.ts'
import { type BackfillOptions, readOptions } from './options.ts'
import { backfill } from './run.ts'
import { zip } from './zip.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const env = { CANDLE_INTERVALS: '10s,1m', INDICATORS: 'sma:3;rsi:3;ema:5', PARTITIONS: '2' }
const idle = { update: () => {}, stop: () => {} }

interface Rec {
  readonly key: string | null
  readonly text: string
  readonly control: string | undefined
}

async function recordsOf(cluster: MemoryCluster, topic: string): Promise<Rec[]> {
  const log = memoryLog(cluster)
  const all: Rec[] = []
  for (let p = 0; p < cluster.partitions(topic).length; p++) {
    const { start, end } = await log.offsets(topic, p)
    for await (const chunk of log.read(topic, p, start, end))
      for (const { key, value, headers } of chunk)
        all.push({ key, text: headers?.content ?? String(value), control: headers?.control && String(headers.control) })
  }
  return all
}

const data = async (cluster: MemoryCluster, topic: string, pair?: string) =>
  (await recordsOf(cluster, topic)).filter(r => !r.control && (!pair || r.key === pair)).map(({ text }) => text)
const ids = async (cluster: MemoryCluster, topic: string, pair: string) =>
  (await data(cluster, topic, pair)).map(text => JSON.parse(text).trade_id)
const contiguous = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

const file = (name: string, content: string | Buffer): string => {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

function world() {
  const cluster = new MemoryCluster()
  const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: Date.now() - HOUR_MS })
  const said: string[] = []
  const run = (options: Partial<BackfillOptions>, signal = new AbortController().signal, get = exchange.get) =>
    backfill(
      {
        pairs: ['BTC/USD'],
        fromMs: undefined,
        toMs: undefined,
        exchange: 'binance',
        files: [],
        columns: undefined,
        suffix: '',
        ...options,
      },
      { env, log: memoryLog(cluster), progress: idle, report: s => said.push(s), signal, rest: { get } },
    )
  return { cluster, exchange, said, run }
}

it('writes exactly the trades of the requested time of several pairs from the exchange’s history, each once', async () => {
  const { cluster, exchange, said, run } = world()
  const toMs = exchange.time.now()
  const fromMs = toMs - 20 * MINUTE_MS
  const pairs = ['BTC/USD', 'ETH/USD']
  await run({ pairs, fromMs, toMs })
  for (const pair of pairs) {
    const written = await ids(cluster, 'trades', pair)
    expect(written.length).toBeGreaterThan(1000)
    expect(written).toEqual(contiguous(written[0], written.length))
    const [before, first] = exchange.trades(pair, written[0] - 1, written[0])
    expect(before?.timestamp_ms).toBeLessThan(fromMs)
    expect(first?.timestamp_ms).toBeGreaterThanOrEqual(fromMs)
    expect(written.at(-1)).toBe(exchange.lastId(pair))
  }
  const births = (await recordsOf(cluster, 'trades')).filter(({ control }) => control === 'arrive')
  expect(births.map(({ text }) => JSON.parse(text).complete_from_ms)).toEqual([fromMs, fromMs])
  const before = await recordsOf(cluster, 'trades')
  await run({ pairs, fromMs, toMs: toMs - MINUTE_MS })
  const complete = pairs.map(pair => `${pair} is already written, up to the end.`)
  expect(said.slice(-3)).toEqual([...complete, '{"v":1,"ok":true,"pairs":[]}'])
  await run({ pairs, fromMs, toMs: toMs + 500 })
  expect(await ids(cluster, 'trades', 'BTC/USD')).toHaveLength(
    before.filter(r => r.key === 'BTC/USD' && !r.control).length,
  )
})

it('continues where it was stopped, and live trades follow without a gap', async () => {
  const { cluster, exchange, said, run } = world()
  const toMs = exchange.time.now()
  const stopping = new AbortController()
  let requests = 0
  const get: typeof exchange.get = (url, signal) => {
    if (++requests === 3) stopping.abort()
    return exchange.get(url, signal)
  }
  const wanted = { fromMs: toMs - 40 * MINUTE_MS, toMs }
  await run(wanted, stopping.signal, get)
  expect(said).toEqual(['Stopped. Run the command again to continue.'])
  const before = (await ids(cluster, 'trades', 'BTC/USD')).length
  expect(before).toBeGreaterThan(100)
  expect(before).toBeLessThan(4000)
  await run(wanted)
  const written = await ids(cluster, 'trades', 'BTC/USD')
  expect(written.length).toBeGreaterThan(before)
  expect(written).toEqual(contiguous(written[0], exchange.lastId('BTC/USD') - written[0] + 1))
  expect((await recordsOf(cluster, 'trades')).filter(({ control }) => control === 'gap')).toEqual([])
})

it('refuses trades that would be late in the live topics, and writes them to topics with a suffix', async () => {
  const { cluster, exchange, run } = world()
  const toMs = exchange.time.now()
  await run({ fromMs: toMs - 10 * MINUTE_MS, toMs })
  const earlier = { fromMs: toMs - 20 * MINUTE_MS, toMs }
  await expect(run(earlier)).rejects.toThrow(/BTC\/USD begins at 20\S+Z in the live topics.*would be late.*--suffix/)
  await run({ ...earlier, suffix: '-2025' })
  const made = (await data(cluster, 'candles-2025')).map(text => JSON.parse(text))
  expect(made.length).toBeGreaterThan(100)
  expect(made.every(({ complete }, i) => complete || i === 0 || made[i - 1].interval !== made[i].interval)).toBe(true)
  expect(await data(cluster, 'technical-indicators-2025')).toHaveLength(made.length)
  expect(await data(cluster, 'candles')).toEqual([])
  await expect(run({ ...earlier, fromMs: 1e12, suffix: '-2025' })).rejects.toThrow(
    /in the topics with the suffix -2025/,
  )
})

it('refuses a pair that the exchange does not trade, and another exchange’s trades', async () => {
  const { exchange, run } = world()
  const toMs = exchange.time.now()
  const past = { fromMs: toMs - MINUTE_MS, toMs }
  await expect(run({ ...past, pairs: ['FOO/BAR'] })).rejects.toThrow(/Invalid symbol/)
  await run(past)
  await expect(run({ ...past, toMs: toMs + 1000, exchange: 'kraken' })).rejects.toThrow(
    /--exchange kraken: the cursor of \S+ is from binance/,
  )
})

it('reads Binance’s archives, one after the other, into topics with a suffix', async () => {
  const { cluster, run } = world()
  const row = (id: number) => `${id},64000.10,0.5,32000.05,${1_767_225_600_000_000 + id * 1_000_000},True,True\n`
  const rows = (from: number) => contiguous(from, 100).map(row).join('')
  const files = [
    file('BTCUSDT-trades-2026-01-01.zip', zip('BTCUSDT-trades-2026-01-01.csv', rows(1))),
    file('BTCUSDT-trades-2026-01-02.zip', zip('BTCUSDT-trades-2026-01-02.csv', rows(101))),
  ]
  await run({ files, pairs: ['BTC/USDT'], suffix: '-files' })
  await run({ files, pairs: ['BTC/USDT'], suffix: '-files' })
  expect(await ids(cluster, 'trades-files', 'BTC/USDT')).toEqual(contiguous(1, 200))
  const [first] = await data(cluster, 'trades-files')
  expect(first).toBe(
    '{"pair":"BTC/USDT","trade_id":1,"side":"sell","price":64000.10,"qty":0.5,"timestamp_ms":1767225601000}',
  )
  await expect(run({ files: [file('x.zip', zip('x.pdf', 'x'))], suffix: '-x' })).rejects.toThrow(/instead of one CSV/)
})

it('numbers trades without ids through all files, and keeps them out of the live topics', async () => {
  const { cluster, run } = world()
  const files = [file('a.csv', '1700000000,1,1\n1700000001,1,1\n'), file('b.csv', '1700000002,1,1\n')]
  await expect(run({ files })).rejects.toThrow(/a.csv does not have the trades' ids.*--suffix/)
  await run({ files, suffix: '-csv' })
  expect(await ids(cluster, 'trades-csv', 'BTC/USD')).toEqual([1, 2, 3])
})

it('makes the same candles and feature rows as the live path, byte for byte', async () => {
  const { cluster, run } = world()
  const live = {
    ...env,
    EXCHANGE: 'simulated',
    HISTORY_HOURS: '0',
    PAIRS: 'BTC/USD,DOGE/EUR',
    SIMULATED_TRADES_PER_SECOND: '3',
    SIMULATED_SPEED: '120',
    SIMULATED_START: new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - HOUR_MS).toISOString(),
    SIMULATED_FAULTS: 'gap:0.05,duplicate:0.05',
    // This is longer than any quiet spell of the simulated market. A gap right before a quiet spell is noticed only afterwards,
    // and the trades that fill it would be late.
    WATERMARK_GRACE_MS: '60000',
  }
  const around = { env: live, log: memoryLog(cluster), logger: createLogger('test', 'silent') }
  const ingestor = await startService(tradesIngestor, around)
  const services = [await startService(candles, around), await startService(technicalIndicators, around)]
  await vi.waitFor(
    async () => expect((await data(cluster, 'technical-indicators')).length).toBeGreaterThan(120),
    60_000,
  )
  await ingestor.stop()
  const settled = async () => {
    const before = (await data(cluster, 'technical-indicators')).length
    await new Promise(resolve => setTimeout(resolve, 1000))
    expect(await data(cluster, 'technical-indicators')).toHaveLength(before)
    expect(await data(cluster, 'candles')).toHaveLength(before)
  }
  await vi.waitFor(settled, 60_000)
  for (const service of services) await service.stop()
  const made = (await data(cluster, 'candles')).map(text => JSON.parse(text))
  const ends = ['BTC/USD', 'DOGE/EUR'].map(pair =>
    Math.max(...made.filter(c => c.pair === pair && c.interval === '10s').map(c => c.close_time_ms)),
  )
  const toMs = Math.min(...ends)
  const recording = file('sent.ndjson', (await data(cluster, 'trades')).map(text => `${text}\n`).join(''))
  await run({ files: [recording], pairs: ['BTC/USD', 'DOGE/EUR'], exchange: 'kraken', toMs, suffix: '-again' })
  const sorted = async (topic: string) => {
    const series = Map.groupBy(
      await data(cluster, topic),
      text => `${JSON.parse(text).pair} ${JSON.parse(text).interval}`,
    )
    return [...series].sort().map(([name, texts]) => [name, texts.filter(t => JSON.parse(t).close_time_ms <= toMs)])
  }
  for (const topic of ['candles', 'technical-indicators']) {
    const again = await sorted(`${topic}-again`)
    expect(again).toEqual(await sorted(topic))
    expect(again.flatMap(([, texts]) => texts).length).toBeGreaterThan(100)
  }
}, 120_000)

it.each([['--suffix', '-2025'], ['--suffix=-2025']])('takes a suffix that begins with a dash: %s', (...suffix) => {
  const options = readOptions(['--pair', 'A/B', ...suffix, '--from', '2026-01-01'], Date.UTC(2026, 5, 1))
  expect(options).toMatchObject({ suffix: '-2025', pairs: ['A/B'], fromMs: Date.UTC(2026, 0, 1) })
})

it.each([
  ['no pair', ['--from', '2026-01-01'], /--pair is missing/],
  ['a pair without a quote', ['--pair', 'BTCUSD'], /--pair BTCUSD is not BASE\/QUOTE/],
  ['no start', ['--pair', 'BTC/USD'], /--from is missing/],
  ['an invalid time', ['--pair', 'BTC/USD', '--from', 'soon'], /--from soon is not a time/],
  [
    'a time without a zone',
    ['--pair', 'BTC/USD', '--from', '2026-01-01T12:00'],
    /--from 2026-01-01T12:00 is not a time/,
  ],
  ['text that Date.parse reads', ['--pair', 'BTC/USD', '--from', 'May 5'], /--from May 5 is not a time/],
  ['the wrong order', ['--pair', 'A/B', '--from', '2026-01-02', '--to', '2026-01-01'], /is not before --to/],
  ['the future', ['--pair', 'A/B', '--from', '2026-01-02', '--to', '2999-01-01'], /has not come yet/],
  ['an unknown exchange', ['--pair', 'A/B', '--exchange', 'mtgox'], /--exchange mtgox is not kraken/],
  ['an unknown option', ['--pairs', 'A/B'], /Unknown option '--pairs'/],
])('names %s', (_name, args, message) => {
  expect(() => readOptions(args, Date.UTC(2026, 5, 1))).toThrow(message)
})
