import type { Ohlc } from '@candlewick/exchanges'
import { compare, type Difference } from './compare.ts'
import type { OurCandles } from './our-candles.ts'

export interface Asked {
  readonly pair: string
  readonly interval: string
  /** Closed windows that begin in [fromMs, toMs) (Unix ms). */
  readonly fromMs: number
  readonly toMs: number
}

export interface Audit {
  readonly compared: number
  /** Windows with `complete: false` in our candles. */
  readonly incomplete: number
  /** Start of the exchange's first candle (Unix ms); undefined when it had none. */
  readonly sinceMs: number | undefined
  readonly differences: readonly Difference[]
}

/** Compares our candles with the exchange's own. Candles with `complete: false` are only counted. */
export async function audit(ohlc: Ohlc, ours: OurCandles, asked: Asked, signal: AbortSignal): Promise<Audit> {
  const { pair, interval, fromMs, toMs } = asked
  const theirs = await ohlc.candles(pair, interval, fromMs, toMs, signal)
  await ours.catchUp()
  const differences: Difference[] = []
  let incomplete = 0
  for (const candle of theirs) {
    const own = ours.get(pair, interval, candle.open_time_ms)
    if (own && !own.complete) incomplete++
    else differences.push(...compare(asked, own, candle))
  }
  return { compared: theirs.length - incomplete, incomplete, sinceMs: theirs[0]?.open_time_ms, differences }
}
