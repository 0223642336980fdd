import { IndicatorSet, parseIndicators } from '@candlewick/indicators'
import { Candle, FeatureRow } from '@candlewick/market-data'
import { type LogRecord, type Processor, Rejected } from '@candlewick/streams'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { technicalIndicatorsProcessor } from '../src/processor.ts'
import type { PairState } from '../src/state.ts'
import { candle, PAIR, T0 } from './candle.ts'

const record = (value: string | null, timestamp = 9e13): LogRecord => ({
  offset: 0,
  timestamp,
  key: PAIR,
  value: value === null ? null : Buffer.from(value),
})

class Feed {
  readonly processor: Processor<PairState>
  state: PairState
  readonly rows: FeatureRow[] = []
  readonly counts: string[] = []
  readonly rejected: { readonly reason: string; readonly detail: string }[] = []

  constructor(indicators = 'sma:2', state?: PairState) {
    this.processor = technicalIndicatorsProcessor(parseIndicators(indicators))
    this.state = state ?? this.processor.initial(PAIR)
  }

  take(...candles: readonly Candle[]): this {
    for (const c of candles) this.raw(JSON.stringify(c))
    return this
  }

  raw(value: string | null, timestamp?: number): this {
    const before = JSON.stringify(this.state)
    const emit = {
      output: (row: object) => this.rows.push(row as FeatureRow),
      count: (name: string) => this.counts.push(name),
    }
    try {
      this.processor.process(this.state, record(value, timestamp), emit)
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      this.rejected.push({ reason: error.reason, detail: error.message })
      expect(JSON.stringify(this.state)).toBe(before)
    }
    return this
  }
}

describe('a feature row', () => {
  it('has every field of its candle and one field per output, null until warm', () => {
    const { rows } = new Feed('sma:2; macd:2,3,2').take(candle(0), candle(1), candle(2), candle(3))
    expect(rows.map(row => row.sma_2)).toEqual([null, 100.5, 101.5, 102.5])
    expect(rows[0]).toEqual({
      ...candle(0),
      sma_2: null,
      macd_2_3_2: null,
      macd_signal_2_3_2: null,
      macd_hist_2_3_2: null,
    })
    expect(rows[3]?.macd_signal_2_3_2).toBeTypeOf('number')
    for (const row of rows) expect(FeatureRow.parse(row)).toEqual(row)
  })

  it('of one interval does not depend on the others', () => {
    const { rows } = new Feed().take(
      candle(0),
      candle(0, { interval: '5m', close: 7 }),
      candle(1),
      candle(1, { interval: '5m', close: 9 }),
    )
    expect(rows.map(row => [row.interval, row.sma_2])).toEqual([
      ['1m', null],
      ['5m', null],
      ['1m', 100.5],
      ['5m', 8],
    ])
  })

  it('is also made from flat and from incomplete candles', () => {
    const flat = {
      volume: 0,
      quote_volume: 0,
      trade_count: 0,
      buy_volume: 0,
      first_trade_id: null,
      last_trade_id: null,
    }
    const feed = new Feed().take(candle(0, { complete: false }), candle(1, { ...flat, close: 100 }), candle(2))
    expect(feed.rows.map(row => [row.sma_2, row.complete])).toEqual([
      [null, false],
      [100, true],
      [101, true],
    ])
  })
})

describe('a candle', () => {
  it('is dropped and counted when it is repeated, and late when it is older than the last one', () => {
    const feed = new Feed().take(candle(0), candle(1), candle(1), candle(0), candle(2))
    expect(feed.counts).toEqual(['duplicates'])
    expect(feed.rejected).toMatchObject([{ reason: 'late', detail: expect.stringContaining('open_time_ms') }])
    expect(feed.rows.map(row => row.sma_2)).toEqual([null, 100.5, 101.5])
  })

  it('is dropped with a mark on the rows that it affects when it repeats the newest window with other values', () => {
    const other = { ...candle(1), close: 99, low: 99 }
    const feed = new Feed('sma:2').take(candle(0), candle(1), other, candle(2), candle(3), candle(4))
    expect(feed.counts).toEqual(['duplicates', `contradictions:${PAIR} 1m`])
    expect(feed.rows.map(({ sma_2, complete }) => [sma_2, complete])).toEqual([
      [null, true],
      [100.5, true],
      [101.5, false],
      [102.5, true],
      [103.5, true],
    ])
    for (const field of ['open', 'high', 'low', 'close', 'volume', 'quote_volume', 'trade_count'] as const) {
      const changed = { ...candle(1), high: 200, low: 1 }
      const one = new Feed().take(candle(0), changed, { ...changed, [field]: changed[field]! + 0.5 * 2 })
      expect([field, one.counts]).toEqual([field, ['duplicates', `contradictions:${PAIR} 1m`]])
    }
  })

  it('marks the rows of an indicator that was warmed up with one of two candles of a window', () => {
    const retained = [candle(0), candle(1), { ...candle(1), volume: 9 }, candle(1), candle(2), candle(3)]
    const old = new Feed('sma:2').take(...retained)
    const feed = new Feed('sma:2; sma:4')
    feed.state = feed.processor.reconfigure!(old.state, old.processor.configHash)
    for (const one of retained) feed.processor.warmUp!.take(feed.state, record(JSON.stringify(one)))
    feed.processor.warmUp!.end(feed.state)
    feed.take(candle(4), candle(5), candle(6))
    expect(feed.rows.map(({ sma_4, complete }) => [sma_4, complete])).toEqual([
      [102.5, false],
      [103.5, true],
      [104.5, true],
    ])
  })

  it('is compared after a restart, and counts as a hole where one follows', () => {
    const first = new Feed('sma:2').take(candle(0), candle(1))
    const state = JSON.parse(JSON.stringify(first.state))
    const feed = new Feed('sma:2', state).take({ ...candle(1), volume: 9 }, candle(5), candle(6))
    expect(feed.counts).toContain(`contradictions:${PAIR} 1m`)
    expect(feed.counts).toContain(`series_restarted:${PAIR} 1m`)
    expect(feed.rows.map(row => row.sma_2)).toEqual([null, 105.5])
  })

  it('is published and counted if its trades do not follow those of the previous candle', () => {
    const feed = new Feed().take(
      candle(0, { first_trade_id: 1, last_trade_id: 5 }),
      candle(1, { first_trade_id: null, last_trade_id: null }),
      candle(2, { first_trade_id: 6, last_trade_id: 6 }),
      candle(3, { first_trade_id: 8, last_trade_id: 9 }),
    )
    expect(feed.counts).toEqual(['broken_sequences'])
    expect(feed.rows).toHaveLength(4)
  })

  it.each([
    ['ids that do not follow each other', { first_trade_id: 3600, last_trade_id: 3600 }],
    ['no trades', { first_trade_id: null, last_trade_id: null, trade_count: 0, volume: 0 }],
  ])('restarts the series after a hole with %s', (_, ids) => {
    const before = [candle(0), candle(1), candle(2), candle(3, { interval: '5m' })]
    const behind = [60, 61, 62, 63, 64].map(n => candle(n, n === 60 ? { ...ids, complete: false } : {}))
    const feed = new Feed('sma:3; obv').take(...before, ...behind)
    expect(feed.counts.filter(name => name !== 'broken_sequences')).toEqual([`series_restarted:${PAIR} 1m`])
    const rows = feed.rows.slice(4)
    expect(rows.map(row => row.sma_3)).toEqual([null, null, 161, 162, 163])
    expect(rows.map(row => row.complete)).toEqual([false, false, true, true, true])
    const fresh = new Feed('sma:3; obv').take(...behind)
    expect(rows.map(row => row.obv)).toEqual(fresh.rows.map(row => row.obv))
  })

  it('follows the previous candle if only windows without trades are left out', () => {
    const feed = new Feed('sma:2').take(
      candle(0),
      candle(1),
      candle(9, { first_trade_id: 2, last_trade_id: 5 }),
      candle(12, { first_trade_id: 6, last_trade_id: 6 }),
    )
    expect(feed.counts).toEqual([])
    expect(feed.rows.map(row => [row.sma_2, row.complete])).toEqual([
      [null, true],
      [100.5, true],
      [105, true],
      [110.5, true],
    ])
  })

  it("follows the exchange's candles, of which those without trades may be left out", () => {
    const seeded = (n: number) =>
      candle(n, { source: 'exchange', complete: false, first_trade_id: null, last_trade_id: null })
    const feed = new Feed('sma:2').take(seeded(0), seeded(4), candle(9), candle(10))
    expect(feed.counts).toEqual([])
    expect(feed.rows.map(row => row.sma_2)).toEqual([null, 102, 106.5, 109.5])
  })

  it.each([
    ['no value', null, /no value/],
    ['no JSON', '{', /not JSON/],
    ['a trade', '{"pair":"BTC/USD","trade_id":1}', /interval/],
    ['text for a number', JSON.stringify({ ...candle(0), volume: '1' }), /volume/],
    ['a negative volume', JSON.stringify(candle(0, { volume: -1 })), /volume/],
    ['an interval that does not exist', JSON.stringify({ ...candle(0), interval: '7m' }), /interval/],
    ['another pair', JSON.stringify(candle(0, { pair: 'ETH/USD' })), /ETH\/USD.*BTC\/USD/],
    ['a window that starts nowhere', JSON.stringify(candle(0, { open_time_ms: T0 + 1 })), /open_time_ms/],
    ['a window of another length', JSON.stringify(candle(0, { close_time_ms: T0 + 1000 })), /close_time_ms/],
    ['a low above the close', JSON.stringify(candle(0, { low: 101 })), /low/],
  ])('of %s is malformed', (_, value, detail) => {
    const { rejected, rows } = new Feed().raw(value)
    expect(rejected).toMatchObject([{ reason: 'malformed', detail: expect.stringMatching(detail) }])
    expect(rows).toEqual([])
  })

  it('is rejected if it lies in the future', () => {
    const { rejected } = new Feed().raw(JSON.stringify(candle(0)), T0 - 3_600_000)
    expect(rejected).toMatchObject([{ reason: 'future' }])
  })
})

describe('a state', () => {
  const ALL = 'sma:3; ema:3; rsi:3; macd:2,3,2; bbands:3,2; stoch:3,2,2; atr:3; adx:2; obv; vwap_session'

  it('changes no row when it is written and read back at any point', () => {
    const prices = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(prices, fc.nat(), (list, cut) => {
        const candles = list.map((price, n) => candle(n, { close: price / 100 }))
        const at = cut % candles.length
        const whole = new Feed(ALL).take(...candles)
        const first = new Feed(ALL).take(...candles.slice(0, at))
        const second = new Feed(ALL, JSON.parse(JSON.stringify(first.state))).take(...candles.slice(at))
        expect([...first.rows, ...second.rows]).toEqual(whole.rows)
      }),
      { numRuns: 50 },
    )
  })

  /** Reconfigures the state of one feed for another one, which reads the retained records before it continues. */
  const changed = (old: Feed, indicators: string, retained: readonly (string | null)[]): Feed => {
    const feed = new Feed(indicators)
    const config = old.processor.configHash
    expect(config).not.toBe(feed.processor.configHash)
    feed.state = feed.processor.reconfigure!(JSON.parse(JSON.stringify(old.state)), config)
    for (const value of retained) feed.processor.warmUp!.take(feed.state, record(value))
    feed.processor.warmUp!.end(feed.state)
    expect(feed.processor.warmUp!.isNeeded(feed.state)).toBe(false)
    return feed
  }

  it('of other indicators keeps the state of indicators that stay, drops removed ones, and warms up new ones', () => {
    const candles = Array.from({ length: 20 }, (_, n) =>
      candle(n, { interval: n % 4 ? '1m' : '5m', close: 100 + n * n }),
    )
    const old = new Feed('sma:2; obv').take(...candles.slice(0, 12))
    const other = candle(3, { pair: 'ETH/USD' })
    const retained = [null, '{', ...candles.slice(0, 14), other, candles[1]].map(c => JSON.stringify(c))
    const feed = changed(old, 'sma:2,3; ema:4', retained).take(...candles.slice(12))
    const always = new Feed('sma:2,3; ema:4').take(...candles)
    expect(feed.rows).toEqual(always.rows.slice(12))
    expect(feed.state).toEqual(always.state)
  })

  it('of other indicators starts new ones at the next candle when no candles are retained', () => {
    const feed = changed(new Feed('sma:2').take(candle(0), candle(1)), 'sma:2,3', []).take(
      candle(2),
      candle(3),
      candle(4),
    )
    expect(feed.rows.map(row => [row.sma_2, row.sma_3])).toEqual([
      [101.5, null],
      [102.5, null],
      [103.5, 103],
    ])
  })

  it('of other indicators warms up new ones only from after a hole, wherever the state is written and read back', () => {
    const list = [0, 1, 2, 3, 40, 41, 42, 43, 44, 45, 46, 47, 48].map(n => candle(n))
    const retained = list.map(c => JSON.stringify(c))
    const whole = new Feed('sma:2; ema:4').take(...list)
    for (let at = 1; at < list.length; at++) {
      const old = new Feed('sma:2').take(...list.slice(0, at))
      const feed = changed(old, 'sma:2; ema:4', retained).take(...list.slice(at))
      expect(feed.rows).toEqual(whole.rows.slice(at))
    }
    expect(whole.rows.map(row => row.complete).indexOf(false)).toBe(4)
    expect(whole.rows.map(row => row.complete).lastIndexOf(false)).toBe(6)
  })

  it('may be changed again before it is warmed up', () => {
    const candles = Array.from({ length: 6 }, (_, n) => candle(n))
    const old = new Feed('sma:2').take(...candles.slice(0, 4))
    const between = new Feed('sma:2,3')
    between.state = between.processor.reconfigure!(old.state, '')
    expect(between.processor.warmUp!.isNeeded(between.state)).toBe(true)
    const feed = changed(
      between,
      'sma:3,4',
      candles.map(c => JSON.stringify(c)),
    ).take(...candles.slice(4))
    expect(feed.rows).toEqual(new Feed('sma:3,4').take(...candles).rows.slice(4))
  })
})

it('reads states of version 1: series continue, and their indicators are warmed up again', () => {
  const candles = Array.from({ length: 6 }, (_, n) => candle(n))
  const old = new Feed('sma:3').take(...candles.slice(0, 4))
  for (const series of Object.values(old.state.series)) series.indicators = { 'sma:3': { of: 'another form' } } as never
  const feed = new Feed('sma:3')
  feed.state = feed.processor.upgrade!(old.state, 1) as typeof feed.state
  for (const old of candles) feed.processor.warmUp!.take(feed.state, record(JSON.stringify(old)))
  feed.processor.warmUp!.end(feed.state)
  expect(feed.take(...candles.slice(3)).rows).toEqual(new Feed('sma:3').take(...candles).rows.slice(4))
})

it('ignores a birth and rejects any other control record', () => {
  const { processor, state } = new Feed()
  const emit = { output: () => {}, count: () => {} }
  processor.control(state, 'arrive', { pair: PAIR, epoch: [0, 0], from: null }, emit, T0)
  expect(state).toEqual(processor.initial(PAIR))
  expect(() => processor.control(state, 'watermark', {}, emit, T0)).toThrow(Rejected)
})

describe('candles that the exchange made', () => {
  const seeded = (n: number) =>
    candle(n, { source: 'exchange', complete: false, first_trade_id: null, last_trade_id: null })
  const completeOf = ({ rows }: Feed) => rows.map(({ complete }) => complete)

  it('warm the indicators; rows are incomplete as long as their values would be null without these candles', () => {
    const feed = new Feed('sma:3').take(seeded(0), seeded(1), seeded(2), candle(3), candle(4), candle(5), candle(6))
    expect(feed.rows.map(row => row.sma_3)).toEqual([null, null, 101, 102, 103, 104, 105])
    expect(completeOf(feed)).toEqual([false, false, false, false, false, true, true])
    expect(feed.rows[0]).toMatchObject({ source: 'exchange' })
    expect(feed.rows[3]).not.toHaveProperty('source')
    const without = new Feed('sma:3').take(candle(3), candle(4), candle(5), candle(6))
    expect(without.rows.map(row => row.sma_3)).toEqual([null, null, 104, 105])
    expect(JSON.stringify(feed.state)).toBe(
      JSON.stringify(new Feed('sma:3').take(...[0, 1, 2, 3, 4, 5, 6].map(n => candle(n))).state),
    )
  })

  it('are counted again for indicators that are added later', () => {
    const candles = [seeded(0), seeded(1), candle(2), candle(3), candle(4)]
    const before = new Feed('sma:2').take(...candles)
    expect(before.state.series['1m']).not.toHaveProperty('own')
    const enough = new Feed('sma:2,4', warmed('sma:2,4', before.state, candles)).take(candle(5), candle(6))
    expect(enough.rows.map(row => row.sma_4)).toEqual([103.5, 104.5])
    expect(completeOf(enough)).toEqual([true, true])
    const lacking = new Feed('sma:2,5', warmed('sma:2,5', before.state, candles)).take(candle(5), candle(6))
    expect(completeOf(lacking)).toEqual([false, true])
  })

  function warmed(indicators: string, old: PairState, candles: readonly Candle[]): PairState {
    const { processor } = new Feed(indicators)
    const state = processor.reconfigure!(structuredClone(old), 'sma_2')
    for (const c of candles) processor.warmUp!.take(state, record(JSON.stringify(c)))
    processor.warmUp!.end(state)
    return state
  }
})

describe('bars', () => {
  /** The n-th bar of a trade each; several open in the same millisecond. */
  const bar = (n: number, fields: Partial<Candle> = {}) => {
    const open_time_ms = T0 + Math.floor(n / 3)
    return candle(n, { interval: 'tick:1', open_time_ms, close_time_ms: open_time_ms + 5, bar: n, ...fields })
  }

  it('have rows with their numbers, which decide whether there is a hole', () => {
    const feed = new Feed('sma:2').take(bar(1), bar(2), bar(3, { first_trade_id: 9 }), bar(5), bar(6))
    expect(feed.rows.map(row => [row.bar, row.sma_2, row.complete])).toEqual([
      [1, null, true],
      [2, 101.5, true],
      [3, 102.5, true],
      [5, null, false],
      [6, 105.5, true],
    ])
    expect(feed.counts).toEqual(['broken_sequences', 'series_restarted:BTC/USD tick:1', 'broken_sequences'].sort())
    for (const row of feed.rows) expect(FeatureRow.parse(row)).toEqual(row)
  })

  it('are duplicates by number and time, and late if they are older', () => {
    const feed = new Feed().take(bar(3), bar(4), bar(4), bar(3))
    expect(feed.rows).toHaveLength(2)
    expect(feed.counts).toContain('duplicates')
    expect(feed.rejected).toMatchObject([{ reason: 'late' }])
  })

  it('restart when their numbers do, because the state of candles was lost', () => {
    const feed = new Feed('sma:2').take(bar(7), bar(8), bar(1, { open_time_ms: T0 + 50, close_time_ms: T0 + 50 }))
    expect(feed.rows.map(row => row.sma_2)).toEqual([null, 107.5, null])
    expect(feed.rejected).toEqual([])
  })

  it('warm up indicators that are added later, also with bars of one millisecond', () => {
    const bars = Array.from({ length: 12 }, (_, i) => bar(i + 1))
    const old = new Feed('sma:2').take(...bars.slice(0, 8))
    const feed = new Feed('sma:2,5')
    feed.state = feed.processor.reconfigure!(structuredClone(old.state), old.processor.configHash)
    for (const one of bars) feed.processor.warmUp!.take(feed.state, record(JSON.stringify(one)))
    feed.processor.warmUp!.end(feed.state)
    expect(feed.take(...bars.slice(8)).rows).toEqual(new Feed('sma:2,5').take(...bars).rows.slice(8))
  })

  it.each([
    ['no number', { bar: undefined }, 'bar is missing, which numbers the bars of tick:1'],
    ['no trades', { trade_count: 0 }, 'trade_count is 0, and a bar of tick:1 has trades'],
    ['times that go back', { close_time_ms: T0 - 1 }, 'is before open_time_ms'],
    ['an interval of time', { interval: '1m', open_time_ms: T0, close_time_ms: T0 + 60_000 }, 'bar 1 is set, but 1m'],
  ])('with %s are rejected', (_, fields, detail) => {
    const { rejected } = new Feed().take(bar(1, fields as Partial<Candle>))
    expect(rejected).toMatchObject([{ reason: 'malformed', detail: expect.stringContaining(detail) }])
  })
})

it.each(Object.keys(Candle.shape))('refuses an indicator that would replace the candle’s field %s', field => {
  const [one] = parseIndicators('sma:3').all
  expect(() => new IndicatorSet([{ ...one!, fields: [field] }])).toThrow('would replace a field of the candle')
})
