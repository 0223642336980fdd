import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SimulatedExchange } from '@candlewick/exchanges'
import { describe, expect, it, vi } from 'vitest'
import { tradeText } from '../../services/trades-ingestor/src/records.ts'
import type { Settings } from '../../tools/compute/settings.ts'
import { DATA, RECORDINGS } from '../pipeline/recordings.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { computeLines, computeTo, parquetLines, SETTINGS, series } from './computed.ts'
import { type Replayed, type Streamed, stream } from './streaming-path.ts'

vi.setConfig({ testTimeout: 120_000 })

const T0 = 1_767_225_600_000
const MINUTE_MS = 60_000

const envOf = ({ candles, indicators, features }: Settings) => ({
  ...(features && { FEATURES: features.path }),
  ...(candles.bars && { BARS: barsFileOf(candles.bars) }),
  CANDLE_INTERVALS: candles.intervals.join(','),
  EMPTY_CANDLES: candles.emptyCandles,
  INDICATORS: indicators.text,
})

function barsFileOf(bars: object): string {
  const file = join(temporaryFolder(), 'bars.json')
  writeFileSync(file, JSON.stringify(bars))
  return file
}

/** Checks that every form of the result has the same rows as the topics, byte for byte. */
async function expectSame(replays: readonly Replayed[], settings = SETTINGS, threads = '0'): Promise<Streamed> {
  const pair = replays[0]!.pair
  const args = [...replays.flatMap(({ file }) => ['--file', file]), ...(pair ? ['--pair', pair] : [])]
  const lines = await computeLines(args, settings)
  const streamed = await stream(replays, envOf(settings), lines.length)
  expect(lines.length).toBeGreaterThan(0)
  expect(series(lines)).toEqual(series(streamed.features))
  expect(series(await computeLines([...args, '--rows', 'candles'], settings))).toEqual(series(streamed.candles))
  const out = join(temporaryFolder(), 'dataset')
  await computeTo(out, [...args, '--threads', threads], settings)
  expect(series(await parquetLines(out, 'features'))).toEqual(series(streamed.features))
  expect(series(await parquetLines(out, 'candles'))).toEqual(series(streamed.candles))
  return streamed
}

function recordingOf(trades: readonly Parameters<typeof tradeText>[0][], name = 'trades.ndjson'): string {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, trades.map(trade => `${tradeText(trade)}\n`).join(''))
  return file
}

const trade = (pair: string, trade_id: number, atMs: number) => ({
  pair,
  trade_id,
  side: trade_id % 3 === 0 ? ('sell' as const) : trade_id % 7 === 0 ? null : ('buy' as const),
  price: (100 + (trade_id % 13) / 7).toFixed(4),
  qty: (0.1 + (trade_id % 5) / 3).toFixed(8),
  timestamp_ms: T0 + atMs,
})

/** A pair's trades, one every `everyMs`. */
const trades = (pair: string, firstId: number, count: number, everyMs: number) =>
  Array.from({ length: count }, (_, i) => trade(pair, firstId + i, i * everyMs))

describe('npm run compute gives the rows that the services publish', () => {
  for (const { file, pair } of RECORDINGS)
    it(`for the recording ${file}`, async ({ skip }) => {
      const path = join(DATA, file)
      if (!existsSync(path)) skip(`no recorded trades at ${path}`)
      await expectSame([{ file: path, pair }])
    })

  it('for a simulated exchange with several pairs, and intervals that share no interval as their base', async () => {
    const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: T0 })
    const pairs = ['BTC/USD', 'ETH/USD', 'DOGE/EUR']
    const all = pairs.flatMap(pair => exchange.trades(pair, exchange.lastId(pair) - 3000, exchange.lastId(pair)))
    const sorted = all.sort((a, b) => a.timestamp_ms - b.timestamp_ms || a.trade_id - b.trade_id)
    const intervals = ['10s', '15s', '1m', '1h']
    await expectSame([{ file: recordingOf(sorted) }], { ...SETTINGS, candles: { intervals, emptyCandles: 'flat' } })
  })

  it('for pairs that come one after the other, with flat windows, and without', async () => {
    const quiet = [...trades('A/USD', 1, 40, 7_001), ...trades('B/USD', 1, 30, 5.3 * MINUTE_MS)]
    const file = recordingOf(quiet)
    const flat = await expectSame([{ file }])
    const skipped = await expectSame([{ file }], {
      ...SETTINGS,
      candles: { intervals: ['1m', '5m'], emptyCandles: 'skip' },
    })
    expect(flat.candles.some(text => text.includes('"trade_count":0'))).toBe(true)
    expect(skipped.candles.some(text => text.includes('"trade_count":0'))).toBe(false)
  })

  it('for ids that are missing, repeated or in another order', async () => {
    const all = trades('A/USD', 1, 600, 3_000)
    const holed = all.filter(({ trade_id }) => trade_id < 200 || (trade_id > 230 && trade_id !== 400))
    const [first, second] = holed.splice(300, 2) as [(typeof all)[0], (typeof all)[0]]
    holed.splice(300, 0, second, first, second)
    const { candles } = await expectSame([{ file: recordingOf(holed) }], SETTINGS, '1')
    expect(candles.filter(text => text.includes('"complete":false')).length).toBeGreaterThan(4)
  })

  it('for rows that cannot be read, also behind the last trades', async () => {
    const file = recordingOf([...trades('A/USD', 1, 60, 3_000), ...trades('B/USD', 1, 60, 3_000)])
    const text = readFileSync(file, 'utf8').trimEnd().split('\n')
    writeFileSync(file, [...text.slice(0, 30), 'x', ...text.slice(30), 'x'].join('\n'))
    const { candles } = await expectSame([{ file }])
    const last = candles.filter(line => line.includes('"interval":"1m"') && line.includes('"last_trade_id":60'))
    expect(last).toHaveLength(2)
    for (const line of last) expect(line).toContain('"complete":false')
  })

  it('for bars of ticks, volume and value, with thresholds by pair, with clock intervals and alone', async () => {
    const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: T0 })
    const pairs = ['BTC/USD', 'ETH/USD']
    const all = pairs.flatMap(pair => exchange.trades(pair, exchange.lastId(pair) - 2000, exchange.lastId(pair)))
    const file = recordingOf(all.sort((a, b) => a.timestamp_ms - b.timestamp_ms || a.trade_id - b.trade_id))
    const bars = { 'ETH/USD': { tick: [7, 40], volume: [12.5] } }
    for (const intervals of [['1m', 'tick:10', 'volume:0.5', 'value:100000'], ['tick:10']]) {
      const { features } = await expectSame([{ file }], {
        ...SETTINGS,
        candles: { intervals, emptyCandles: 'flat', bars },
      })
      const of = series(features)
      expect(Object.keys(of)).toEqual(
        expect.arrayContaining(['BTC/USD tick:10', 'ETH/USD tick:7', 'ETH/USD volume:12.5']),
      )
      const rows = of['BTC/USD tick:10']!.map(text => JSON.parse(text))
      expect(rows.map(({ bar, trade_count, complete }) => [bar, trade_count, complete])).toEqual(
        rows.map((_, i) => [i + 1, 10, true]),
      )
      expect(rows[2]).toMatchObject({ sma_3: expect.any(Number) })
    }
  })

  it('for pairs that moved between partitions while their trades were read', async () => {
    const pairs = Array.from({ length: 12 }, (_, i) => `P${i}/USD`)
    const all = pairs.flatMap((pair, i) => trades(pair, 1, 200, 3_500 + 100 * i))
    const cutMs = T0 + 8 * MINUTE_MS
    const files = [
      recordingOf(all.filter(({ timestamp_ms }) => timestamp_ms < cutMs)),
      recordingOf(all.filter(({ timestamp_ms }) => timestamp_ms >= cutMs)),
    ]
    const { moves } = await expectSame(
      files.map(file => ({ file })),
      SETTINGS,
      '2',
    )
    expect(moves).toBeGreaterThan(0)
  })

  it("for users' features of two intervals, in bars, with failures, and of pairs that moved", async () => {
    const path = join(temporaryFolder(), 'features')
    cpSync(join(import.meta.dirname, '../../examples/features'), path, { recursive: true })
    writeFileSync(join(path, 'fragile.ts'), FRAGILE)
    const all = ['A/USD', 'B/USD', 'C/USD', 'D/USD', 'E/USD', 'F/USD'].flatMap((pair, i) =>
      trades(pair, 1, 500, 25_000 + 1000 * i),
    )
    const cutMs = T0 + 100 * MINUTE_MS
    const files = [
      recordingOf(all.filter(({ timestamp_ms }) => timestamp_ms < cutMs)),
      recordingOf(all.filter(({ timestamp_ms }) => timestamp_ms >= cutMs)),
    ]
    const settings: Settings = {
      ...SETTINGS,
      candles: { intervals: ['1m', '5m', '1h', 'tick:20'], emptyCandles: 'flat' },
      indicators: { text: 'sma:3; spread_ratio:5; streak; hourly_trend:2; fragile', isFile: false },
      features: { path, entries: [] },
    }
    const { features, moves } = await expectSame(
      files.map(file => ({ file })),
      settings,
      '2',
    )
    expect(moves).toBeGreaterThan(0)
    const rows = features.map(text => JSON.parse(text))
    const warm = rows.filter(row => row.hourly_trend_place_2 !== null)
    expect(new Set(warm.map(({ interval }) => interval))).toEqual(new Set(['1m', '5m', '1h', 'tick:20']))
    expect(rows.filter(({ fragile }) => fragile === null).length).toBeGreaterThan(10)
    expect(rows.filter(({ fragile }) => fragile !== null).length).toBeGreaterThan(1000)
  })
})

/** Counts its candles, and fails now and then. */
const FRAGILE = `
import { define } from '@candlewick/indicators'
export const fragile = define({
  name: 'fragile',
  make: () => ({
    outputs: [''],
    warmup: 0,
    initial: () => ({ seen: 0 }),
    update(state, { pair, open_time_ms }) {
      if (pair.endsWith('/USD') && open_time_ms % 1_620_000 === 0) throw new Error('now and then')
      return [++state.seen]
    },
  }),
})`

it.each(['0', '2'])(
  'a row that cannot be read before the first trade makes its window incomplete, in spite of --from (%s threads)',
  async threads => {
    const file = recordingOf([...trades('A/USD', 1, 60, 3_000), ...trades('B/USD', 1, 60, 3_000)])
    const lines = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, [...lines.slice(0, 60), 'x', ...lines.slice(60)].join('\n'))
    const out = join(temporaryFolder(), 'dataset')
    await computeTo(out, ['--file', file, '--from', new Date(T0).toISOString(), '--threads', threads])
    const candles = await parquetLines(out, 'candles')
    const firsts = candles.filter(line => line.includes('"interval":"1m"') && line.includes('"first_trade_id":1,'))
    expect(firsts.map(line => [JSON.parse(line).pair, JSON.parse(line).complete])).toEqual([
      ['A/USD', true],
      ['B/USD', false],
    ])
  },
)
