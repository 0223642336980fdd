import type { Candle, FeatureRow } from '@candlewick/market-data'
import { chooseIndicators } from '@candlewick/own-features'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { folderOf } from '../../../packages/own-features/test/features.ts'
import { technicalIndicatorsProcessor } from '../src/processor.ts'
import type { PairState } from '../src/state.ts'
import { candle, PAIR } from './candle.ts'

/** The close of the last 5m candle that had closed; and the sum of the last two of those closes, as a memory. */
const FEATURE = `
import { define, isMissing, rollingSum } from '@candlewick/indicators'
const sum = rollingSum(2)
export const five = define({
  name: 'five',
  make: () => ({
    outputs: ['close', 'sum'],
    warmup: 1,
    intervals: ['5m'],
    initial: () => sum.initial(),
    update(state, bar, others) {
      const total = sum.next(state, others['5m'].close)
      return [others['5m'].close, isMissing(total) ? null : total]
    },
  }),
})`

/** The close of the last 1m candle that had closed. */
const ONE = `
import { define } from '@candlewick/indicators'
export const one = define({
  name: 'one',
  make: () => ({
    outputs: [''],
    warmup: 0,
    intervals: ['1m'],
    initial: () => ({}),
    update: (state, bar, others) => [others['1m'].close],
  }),
})`

const setOf = (INDICATORS: string) =>
  chooseIndicators({ FEATURES: folderOf({ 'five.ts': FEATURE, 'one.ts': ONE }), INDICATORS }).indicators

/** Candles as they are published: in the order of their ends, of equal ends either the short or the long one first. */
function published(
  minutes: number,
  longFirst: boolean,
  fields: (n: number, interval: string) => Partial<Candle> = () => ({}),
) {
  const list: Candle[] = []
  for (let n = 0; n < minutes; n++) {
    const short = candle(n, fields(n, '1m'))
    const five = (n - 4) / 5
    const long = Number.isInteger(five)
      ? [candle(five, { interval: '5m', close: 1000 + five, ...fields(five, '5m') })]
      : []
    list.push(...(longFirst ? [...long, short] : [short, ...long]))
  }
  return list
}

/** @returns the candles that the rule selects, computed from all candles at once. */
function expected(list: readonly Candle[], { open_time_ms }: Candle, of = '5m'): number | null {
  const before = list.filter(c => c.interval === of && c.close_time_ms <= open_time_ms)
  return before.at(-1)?.close ?? null
}

class Feed {
  readonly processor
  state: PairState
  readonly rows: FeatureRow[] = []

  constructor(indicators: string, state?: PairState) {
    this.processor = technicalIndicatorsProcessor(setOf(indicators))
    this.state = state ?? this.processor.initial(PAIR)
  }

  take(list: readonly Candle[]): this {
    const emit = { output: (row: object) => this.rows.push(row as FeatureRow), count: () => {} }
    for (const one of list) {
      // Written out and read back, as between any two commits.
      this.state = JSON.parse(JSON.stringify(this.state))
      this.processor.processCandle(this.state, one, emit)
    }
    return this
  }
}

it('a feature is given the newest candle of the other interval that had closed when its window opened', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.boolean(), (minutes, longFirst) => {
      const list = published(minutes, longFirst)
      const { rows } = new Feed('five; sma:2').take(list)
      expect(rows.map(row => row.five_close)).toEqual(list.map(one => expected(list, one)))
    }),
    { numRuns: 40 },
  )
})

it('a feature of two intervals that is added later has the values that it would have had from the start', () => {
  const list = published(33, false)
  const whole = new Feed('sma:2; five').take(list)
  for (let at = 1; at < list.length; at++) {
    const old = new Feed('sma:2').take(list.slice(0, at))
    const feed = new Feed('sma:2; five')
    feed.state = feed.processor.reconfigure!(old.state, 'sma_2')
    const retained = list.map((one, offset) => ({
      offset,
      key: PAIR,
      timestamp: 9e13,
      value: Buffer.from(JSON.stringify(one)),
    }))
    for (const record of retained) feed.processor.warmUp!.take(feed.state, record)
    feed.processor.warmUp!.end(feed.state)
    expect(feed.take(list.slice(at)).rows).toEqual(whole.rows.slice(at))
    expect(feed.state).toEqual(whole.state)
  }
})

it.each([
  ['before a row has used it', 6, [5, 6, 7, 8, 9, 10]],
  ['after a row has used it', 7, [6, 7, 8, 9, 10]],
])('marks the rows that use one of two candles of another interval, which differ, %s', (_, at, marked) => {
  const list = published(13, false)
  const other = { ...candle(0, { interval: '5m', close: 1000 }), volume: 9 }
  const { rows } = new Feed('five').take([...list.slice(0, at), other, ...list.slice(at)])
  const minutes = rows.filter(({ interval }) => interval === '1m')
  expect(minutes.flatMap(({ complete }, n) => (complete ? [] : [n]))).toEqual(marked)
})

it('keeps the candles that the next windows may need, and none of unused intervals', () => {
  const { state } = new Feed('five; sma:2').take(published(33, false))
  const kept = (interval: string) => state.series[interval]?.others?.['5m']?.map(({ close }) => close)
  expect([kept('1m'), kept('5m')]).toEqual([
    [1005, 1004],
    [1005, 1004],
  ])
  expect(state.series['1m']?.others).not.toHaveProperty('1m')
  const without = new Feed('sma:2')
  expect(without.processor.reconfigure!(state, '').series['5m']).not.toHaveProperty('others')
  expect(without.take(published(33, false)).state.series['5m']).not.toHaveProperty('others')
})

it('a long series also uses candles of a short one: the newest at its opening, even if more have closed since', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.boolean(), fc.boolean(), (minutes, longFirst, skips) => {
      const list = published(minutes, longFirst).filter(({ open_time_ms }) => !skips || (open_time_ms / 60_000) % 7 > 2)
      const { rows, state } = new Feed('one').take(list)
      for (const row of rows.filter(row => row.interval === '5m').slice(1))
        expect(row.one).toBe(expected(list, row, '1m'))
      expect(state.series['5m']?.others?.['1m']?.length ?? 0).toBeLessThanOrEqual(3)
    }),
    { numRuns: 60 },
  )
})

it('a row is incomplete while an incomplete candle of the other interval may be in its values', () => {
  const list = published(30, false, (n, interval) => (interval === '5m' && n === 2 ? { complete: false } : {}))
  const { rows } = new Feed('five').take(list)
  const incomplete = rows
    .filter(row => row.interval === '1m' && !row.complete)
    .map(row => (row.open_time_ms - list[0]!.open_time_ms) / 60_000)
  // The 5m candle of minutes 10 to 15 is given to the windows from 15 on until the next one, and is in the sum of one more.
  expect(incomplete).toEqual([15, 16, 17, 18, 19, 20])
})
