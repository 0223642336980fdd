import { type Candle, intervalMs, type Seed, type Trade, windowStart } from '@candlewick/market-data'
import type { Beginning } from '../reference/candles.ts'
import type { Random } from './random.ts'

const CANDLES_MAX = 5
/** Maximum number of base windows without trades between the birth and the first trade. */
const QUIET_MAX = 3

/** For some pairs, the exchange's candles up to the pair's beginning, without a hole in any interval. */
export function beginningsOf(
  random: Random,
  trades: readonly Trade[],
  intervals: readonly string[],
  baseMs: number,
): ReadonlyMap<string, Beginning> {
  const beginnings = new Map<string, Beginning>()
  for (const [pair, own] of Map.groupBy(trades, trade => trade.pair)) {
    if (random.chance(0.5)) continue
    const first = Math.min(...own.map(({ timestamp_ms }) => timestamp_ms))
    const complete_from_ms = windowStart(first, baseMs) - random.int(0, QUIET_MAX) * baseMs
    const candles = intervals.flatMap(interval => candlesBefore(random, pair, interval, complete_from_ms))
    beginnings.set(pair, { complete_from_ms, candles })
  }
  return beginnings
}

function candlesBefore(random: Random, pair: string, interval: string, untilMs: number): Candle[] {
  const ms = intervalMs(interval)
  const endMs = windowStart(untilMs, ms)
  const count = random.int(1, CANDLES_MAX)
  return Array.from({ length: count }, (_, i) => {
    const open_time_ms = endMs - (count - i) * ms
    const [open, close, volume] = [random.int(90, 110), random.int(90, 110), random.int(0, 5)]
    const [high, low] = [Math.max(open, close) + 1, Math.min(open, close) - 1]
    const vwap = (high + low + close) / 3
    return {
      ...{ pair, interval, open_time_ms, close_time_ms: open_time_ms + ms },
      ...{
        open,
        high,
        low,
        close,
        volume,
        quote_volume: vwap * volume,
        vwap,
        trade_count: volume,
        buy_volume: volume / 2,
      },
      ...{ first_trade_id: null, last_trade_id: null, complete: false, source: 'exchange' as const },
    }
  })
}

/** The value of the control record that carries the candle. */
export const seedOf = ({
  pair,
  interval,
  open_time_ms,
  open,
  high,
  low,
  close,
  volume,
  trade_count,
}: Candle): Seed => ({
  ...{ pair, interval, open_time_ms, open, high, low, close, volume, trade_count },
})
