import { baseIntervalMs, type Candle, intervalMs, type Trade, windowStart } from '@candlewick/market-data'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { referenceCandles } from '../../../tests/reference/candles.ts'
import { emptyFold } from '../src/fold.ts'
import { foldOf, IDS_FROM, IDS_TO, LAG_MS, OPEN_MS, SEEN_MS } from '../src/open-window.ts'
import type { PairState } from '../src/pair-state.ts'
import type { PairState2 } from '../src/version-2.ts'
import type { PairState3 } from '../src/version-3.ts'
import { birth, Feed, gap, type Item, T0, watermark } from './harness.ts'
import { intervals, market } from './market.ts'

const SUMS = ['volume', 'quote_volume', 'buy_volume', 'vwap'] as const
const RUNS = { numRuns: 60 }

const items = (trades: readonly Trade[]): Item[] => trades.map(trade => ({ trade }))
/** A time (Unix ms) by which two windows of each interval have ended after the last trade. */
const endOf = (trades: readonly Trade[], names: readonly string[]): number =>
  trades.at(-1)!.timestamp_ms + 2 * Math.max(...names.map(intervalMs))
const closing = (trades: readonly Trade[], names: readonly string[]): Item => watermark(endOf(trades, names) - T0)

/** With a field for each number that is in the window now, and all ranges in `counted`. */
function asVersion2({ window, bars: _, ...same }: PairState): PairState2 {
  const newest = window[IDS_TO]! < 0 ? [] : [window[IDS_FROM]!, window[IDS_TO]!]
  return {
    ...structuredClone(same),
    open_ms: window[OPEN_MS] || null,
    seen_ms: window[SEEN_MS]!,
    lag_ms: window[LAG_MS]!,
    base: foldOf(window),
    counted: [...same.counted, ...newest],
  }
}

/** Without bars, which there were none of. */
const asVersion3 = ({ bars: _, ...same }: PairState): PairState3 => structuredClone(same)

const byWindow = (a: Candle, b: Candle) => a.close_time_ms - b.close_time_ms || b.open_time_ms - a.open_time_ms

/** Candles without their sums, which are compared for themselves: they are rounded in another order. */
const exactly = (candles: readonly Candle[]) =>
  [...candles].sort(byWindow).map(({ volume, quote_volume, buy_volume, vwap, ...rest }) => rest)

function expectSame(found: readonly Candle[], expected: readonly Candle[]): void {
  expect(exactly(found)).toEqual(exactly(expected))
  const [ours, theirs] = [[...found].sort(byWindow), [...expected].sort(byWindow)]
  for (const name of SUMS)
    for (const [i, candle] of ours.entries())
      expect(Math.abs(candle[name] - theirs[i]![name])).toBeLessThanOrEqual(1e-12 * theirs[i]![name])
}

describe('candles equal those computed from the whole list of trades', () => {
  it('for any intervals, closed by trades and watermarks alone', () => {
    fc.assert(
      fc.property(market(), intervals, fc.constantFrom('flat' as const, 'skip' as const), (trades, names, empty) => {
        const feed = new Feed({ intervals: names, emptyCandles: empty }).take(...items(trades), closing(trades, names))
        const options = { until_ms: endOf(trades, names), emptyCandles: empty }
        expectSame(feed.candles, referenceCandles(trades, names, options))
        expect(feed.rejected).toEqual([])
      }),
      RUNS,
    )
  })

  it('with watermarks, repeated trades and restarts anywhere between', () => {
    const between = fc.array(fc.constantFrom('nothing', 'nothing', 'watermark', 'repeat', 'restart'), {
      minLength: 60,
      maxLength: 60,
    })
    fc.assert(
      fc.property(market(), intervals, between, (trades, names, events) => {
        const feed = new Feed({ intervals: names })
        for (const [i, trade] of trades.entries()) {
          feed.take({ trade })
          if (events[i] === 'watermark') feed.take(watermark(trade.timestamp_ms - T0))
          if (events[i] === 'repeat') feed.take({ trade: trades[Math.floor(i / 2)]! })
          if (events[i] === 'restart') feed.restored()
        }
        feed.take(closing(trades, names))
        expectSame(
          feed.candles,
          referenceCandles(trades, names, { until_ms: endOf(trades, names), emptyCandles: 'flat' }),
        )
        expect(feed.rejected).toEqual([])
      }),
      RUNS,
    )
  })

  it('for any order of the trades of a window', () => {
    const names = ['1m', '5m']
    fc.assert(
      fc.property(market(), fc.integer(), (trades, seed) => {
        const windows = Map.groupBy(trades, ({ timestamp_ms }) => Math.floor(timestamp_ms / 60_000))
        const [first, ...rest] = [...windows.values()].flatMap((list, i) => shuffled(list, seed + i, i === 0))
        const ordered = items([first!, ...rest])
        const feed = new Feed({ intervals: names }).take(birth(null), ...ordered, closing(trades, names))
        const options = { until_ms: endOf(trades, names), emptyCandles: 'flat' } as const
        expectSame(feed.candles, referenceCandles(trades, names, options))
      }),
      RUNS,
    )
  })

  it('and are complete since the time in the birth, except in gaps', () => {
    const time = fc.integer({ min: 0, max: 7_200_000 })
    fc.assert(
      fc.property(
        market(),
        intervals,
        time,
        time,
        fc.integer({ min: 1, max: 900_000 }),
        (trades, names, from, at, length) => {
          const complete_from_ms = Math.min(T0 + from, trades[0]!.timestamp_ms)
          // A writer tells of a gap before any trade that comes after it.
          const gapFrom = Math.max(T0 + at, trades[0]!.timestamp_ms)
          const before = trades.filter(({ timestamp_ms }) => timestamp_ms <= gapFrom)
          const after = trades.filter(({ timestamp_ms }) => timestamp_ms >= gapFrom + length)
          const [start, end] = [gapFrom - T0, gapFrom + length - T0]
          const feed = new Feed({ intervals: names })
            .take(birth(complete_from_ms - T0), ...items(before), gap(start, end), ...items(after))
            .take(closing(trades, names))
          const gaps = [{ from_ms: gapFrom, to_ms: gapFrom + length }]
          const options = { until_ms: endOf(trades, names), emptyCandles: 'flat', complete_from_ms, gaps } as const
          expectSame(feed.candles, referenceCandles([...before, ...after], names, options))
        },
      ),
      RUNS,
    )
  })
})

describe('in any market', () => {
  it('volumes and counts are conserved: the windows of every interval add up to the trades', () => {
    fc.assert(
      fc.property(market(), intervals, (trades, names) => {
        const feed = new Feed({ intervals: names }).take(...items(trades), closing(trades, names))
        for (const of of Map.groupBy(feed.candles, c => c.interval).values()) {
          const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
          const traded = sum(trades.map(t => t.qty))
          expect(sum(of.map(c => c.trade_count))).toBe(trades.length)
          expect(Math.abs(sum(of.map(c => c.volume)) - traded)).toBeLessThanOrEqual(1e-12 * traded)
        }
      }),
      RUNS,
    )
  })

  it('a series has no hole and no window twice, and each candle opens where the last one closed', () => {
    fc.assert(
      fc.property(market(), intervals, (trades, names) => {
        const feed = new Feed({ intervals: names }).take(...items(trades), closing(trades, names))
        for (const of of Map.groupBy(feed.candles, c => c.interval).values())
          for (const [i, candle] of of.slice(1).entries()) {
            expect(candle.open_time_ms).toBe(of[i]!.close_time_ms)
            if (candle.trade_count === 0) expect([candle.open, candle.vwap]).toEqual([of[i]!.close, of[i]!.close])
            else expect(candle.first_trade_id).toBeGreaterThan(lastIdUntil(of, i))
          }
      }),
      RUNS,
    )
  })

  it('a state written out and read back anywhere changes nothing, and stays small', () => {
    fc.assert(
      fc.property(market(), intervals, fc.nat(), (trades, names, at) => {
        const cut = at % (trades.length + 1)
        const whole = new Feed({ intervals: names }).take(...items(trades), closing(trades, names))
        const first = new Feed({ intervals: names }).take(...items(trades.slice(0, cut)))
        const text = JSON.stringify(first.state)
        const second = new Feed({ intervals: names }, JSON.parse(text)).take(
          ...items(trades.slice(cut)),
          closing(trades, names),
        )
        expect([...first.candles, ...second.candles]).toEqual(whole.candles)
        expect(JSON.parse(JSON.stringify(first.state))).toEqual(first.state)
        expect(text.length).toBeLessThan(600 + 500 * names.length)
      }),
      RUNS,
    )
  })

  it.each([1, 2, 3])('a state of version %i goes on', version => {
    fc.assert(
      fc.property(market(), intervals, fc.nat(), (trades, names, at) => {
        const cut = at % trades.length
        const whole = new Feed({ intervals: names }).take(...items(trades), closing(trades, names))
        const first = new Feed({ intervals: names }).take(...items(trades.slice(0, cut)))
        let state: unknown = version === 3 ? asVersion3(first.state) : asVersion2(first.state)
        if (version === 1) for (const part of Object.values((state as PairState2).parts)) part.fold ??= emptyFold()
        const second = new Feed({ intervals: names })
        for (let v = version; v < second.processor.stateVersion; v++) state = second.processor.upgrade!(state, v)
        second.state = state as PairState
        second.take(...items(trades.slice(cut)), closing(trades, names))
        expect([...first.candles, ...second.candles]).toEqual(whole.candles)
      }),
      RUNS,
    )
  })

  it('a change of intervals loses no trade: intervals that stay are unharmed, and new ones are complete when they say so', () => {
    fc.assert(
      fc.property(market(), intervals, intervals, fc.nat(), fc.boolean(), (trades, before, after, at, quiet) => {
        const until_ms = endOf(trades, after)
        const cut = 1 + (at % trades.length)
        const first = new Feed({ intervals: before }).take(...items(trades.slice(0, cut)))
        if (quiet) first.take(watermark((trades[cut] ?? trades.at(-1)!).timestamp_ms - T0))
        const second = new Feed({ intervals: after })
        const { configHash } = first.processor
        second.state = second.processor.reconfigure!(JSON.parse(JSON.stringify(first.state)), configHash)
        second.take(...items(trades.slice(cut)), watermark(until_ms - T0))
        const base = baseIntervalMs(before)
        const complete_from_ms = windowStart(trades[0]!.timestamp_ms, base) + base
        const options = { until_ms, emptyCandles: 'flat', complete_from_ms } as const
        const expected = referenceCandles(trades, after, options)
        const stay = ({ interval }: Candle) => before.includes(interval)
        expectSame(
          [...first.candles.filter(c => after.includes(c.interval)), ...second.candles.filter(stay)],
          expected.filter(stay),
        )
        const begun = second.candles.filter(c => !stay(c))
        const sameWindow = (a: Candle) => (b: Candle) => a.interval === b.interval && a.open_time_ms === b.open_time_ms
        for (const of of Map.groupBy(begun, c => c.interval).values()) {
          const [begin, ...rest] = of
          if (begin?.trade_count === 0) expect(begin.close).toBe(trades[cut - 1]!.price)
          expect(rest.map(c => c.complete || c.open_time_ms < complete_from_ms)).not.toContain(false)
          expect(rest.map(c => c.open_time_ms)).toEqual(of.slice(0, -1).map(c => c.close_time_ms))
          const complete = of.filter(c => c.complete)
          expectSame(
            complete,
            complete.map(c => expected.find(sameWindow(c))!),
          )
        }
      }),
      RUNS,
    )
  })

  it('an unfinished candle becomes the final one if no further trade comes', () => {
    fc.assert(
      fc.property(market(), intervals, (trades, names) => {
        const feed = new Feed({ intervals: names }).take(...items(trades))
        const live = (feed.processor.live?.(feed.state) ?? []) as Candle[]
        const known = feed.candles.length
        feed.take(closing(trades, names))
        const final = feed.candles.slice(known)
        expect(live.map(c => c.interval).sort()).toEqual([...names].sort())
        for (const candle of live) expect(final.find(c => c.interval === candle.interval)).toEqual(candle)
      }),
      RUNS,
    )
  })
})

const lastIdUntil = (candles: readonly Candle[], i: number): number =>
  candles.slice(0, i + 1).findLast(c => c.last_trade_id !== null)?.last_trade_id ?? -1

/** @param keepFirst leaves the first in its place: ids below a pair's first one are stale */
function shuffled(list: readonly Trade[], seed: number, keepFirst: boolean): Trade[] {
  const rank = (trade: Trade) => Math.imul(trade.trade_id ^ seed, 2_654_435_761) >>> 0
  const rest = list.slice(keepFirst ? 1 : 0).sort((a, b) => rank(a) - rank(b))
  return keepFirst ? [list[0]!, ...rest] : rest
}
