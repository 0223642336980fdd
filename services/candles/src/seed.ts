import { type Candle, type Seed, windowStart } from '@candlewick/market-data'
import { Rejected } from '@candlewick/streams/processor'
import type { Interval, Intervals } from './intervals.ts'
import { IDS_TO, LAG_MS, OPEN_MS, SEEN_MS } from './open-window.ts'
import type { PairState } from './pair-state.ts'

/**
 * Takes a candle of the exchange into the state of a pair that has had its birth but no trade yet. The first such candle opens
 * the pair's own windows at the birth, so that no window is missing between the exchange's candles and the pair's own.
 * @param writtenMs when the record was written, Unix ms
 * @returns the candle to publish; undefined for an interval that is not computed here
 * @throws Rejected if the pair's own windows cover the candle's time, or a candle is missing before it
 */
export function takeSeed(state: PairState, seed: Seed, config: Intervals, writtenMs: number): Candle | undefined {
  const interval = config.all.find(({ name }) => name === seed.interval)
  if (!interval) return undefined
  const openMs = birthWindow(state, config.baseMs)
  const { window } = state
  const part = state.parts[interval.name]!
  const candle = candleOf(seed, interval)
  if (candle.close_time_ms > windowStart(openMs, interval.ms) || candle.open_time_ms < part.since_ms)
    throw new Rejected(
      'late',
      `the ${interval.name} candle of ${candle.open_time_ms} is not before the pair's own candles`,
    )
  if (part.since_ms > 0 && candle.open_time_ms > part.since_ms)
    throw new Rejected(
      'malformed',
      `the ${interval.name} candle of ${part.since_ms} is missing: the seed is of a later window`,
    )
  window[OPEN_MS] = window[SEEN_MS] = openMs
  window[LAG_MS] = Math.max(0, writtenMs - openMs)
  part.close = candle.close
  part.since_ms = candle.close_time_ms
  if (candle.close_time_ms === openMs) state.close = candle.close
  return candle
}

/** @returns the start of the birth's base window, Unix ms. @throws Rejected if there was no birth, or already a trade */
function birthWindow({ complete_from_ms, window }: PairState, baseMs: number): number {
  if (complete_from_ms === null) throw new Rejected('malformed', "a seed precedes the pair's birth record")
  const openMs = windowStart(complete_from_ms, baseMs)
  if (window[IDS_TO] !== -1 || (window[OPEN_MS] !== 0 && window[OPEN_MS] !== openMs))
    throw new Rejected('late', 'a seed follows the first trade of the pair')
  return openMs
}

/**
 * Values that the exchange does not publish are estimated: the mean price from the extremes, and the bought volume as half of
 * the volume.
 */
function candleOf(seed: Seed, { ms }: Interval): Candle {
  const { pair, interval, open_time_ms, open, high, low, close, volume, trade_count } = seed
  if (windowStart(open_time_ms, ms) !== open_time_ms)
    throw new Rejected('malformed', `open_time_ms ${open_time_ms} is not the start of a ${interval} window`)
  if (low > Math.min(open, close) || high < Math.max(open, close))
    throw new Rejected('malformed', `low ${low} and high ${high} do not enclose open ${open} and close ${close}`)
  const vwap = Math.min(Math.max((high + low + close) / 3, low), high)
  return {
    pair,
    interval,
    open_time_ms,
    close_time_ms: open_time_ms + ms,
    ...{ open, high, low, close, volume },
    quote_volume: vwap * volume,
    vwap,
    trade_count,
    buy_volume: volume / 2,
    first_trade_id: null,
    last_trade_id: null,
    complete: false,
    source: 'exchange',
  }
}
