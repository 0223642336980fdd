import type { ExchangeCandle } from '@candlewick/exchanges'
import { intervalMs, type Seed, windowStart } from '@candlewick/market-data'

/** Where a new pair begins. */
export interface Beginning {
  /** Time from which its trades are fetched from the exchange's history (Unix ms); null: it begins with the next live trade. */
  readonly fromMs: number | null
  /** The exchange's candles of the windows before it, without a hole within an interval. */
  readonly seeds: readonly Seed[]
}

/** Trades that Kraken's history returns in 20 seconds: one page of 1000 trades per second and pair. */
const TRADES_MAX = 20_000
const HISTORY_MS_MAX = 24 * 3_600_000
/** Windows up to this length are complete from the beginning on. */
export const ALIGN_MS_MAX = 3_600_000

/** @returns the start of a window of the longest interval within the history, so that the windows of that interval are complete. */
export function alignedStart(nowMs: number, historyMs: number, intervals: readonly string[]): number {
  const lengths = intervals.map(intervalMs).filter(ms => ms <= historyMs)
  return lengths.length > 0 ? windowStart(nowMs - historyMs, Math.max(...lengths)) : nowMs - historyMs
}

/**
 * @param candles the exchange's newest closed candles of one interval, oldest first
 * @returns the earliest window start (Unix ms) from which the trades can be fetched within 20 seconds, at most a day ago;
 * undefined if the open window alone has too many trades, or the exchange publishes no trade counts
 */
export function affordableStart(
  candles: readonly ExchangeCandle[],
  interval: string,
  nowMs: number,
): number | undefined {
  const ms = intervalMs(interval)
  let fromMs = windowStart(nowMs, ms)
  const newest = candles.at(-1)?.trade_count ?? null
  if (newest === null) return undefined
  // The open window has no count yet, and is assumed to be as busy as the last one.
  let trades = (newest * (nowMs - fromMs)) / ms
  if (trades > TRADES_MAX) return undefined
  for (const { open_time_ms, trade_count } of candles.toReversed()) {
    trades += trade_count ?? Number.POSITIVE_INFINITY
    if (open_time_ms !== fromMs - ms || trades > TRADES_MAX || nowMs - open_time_ms > HISTORY_MS_MAX) break
    fromMs = open_time_ms
  }
  return fromMs
}

/**
 * @param candles the exchange's candles, oldest first; some exchanges leave out windows without trades
 * @param fromMs where the pair's own trades begin
 * @param count maximum number of candles
 * @returns the candles of the windows before the window of `fromMs`, with flat candles where the exchange has none
 * @throws Error that names a candle with a value that is not a number
 */
export function seedsOf(
  pair: string,
  interval: string,
  candles: readonly ExchangeCandle[],
  fromMs: number,
  count: number,
): Seed[] {
  const ms = intervalMs(interval)
  const endMs = windowStart(fromMs, ms)
  const seeds: Seed[] = []
  const fillUntil = (openMs: number) => {
    for (let last = seeds.at(-1); last && last.open_time_ms + ms < openMs; last = seeds.at(-1))
      seeds.push(flat(last, ms))
  }
  for (const candle of candles) {
    if (candle.open_time_ms < endMs - count * ms || candle.open_time_ms >= endMs) continue
    fillUntil(candle.open_time_ms)
    seeds.push(seedOf(pair, interval, candle))
  }
  fillUntil(endMs)
  return seeds
}

function seedOf(pair: string, interval: string, { open_time_ms, ...candle }: ExchangeCandle): Seed {
  const [open, high, low, close, volume] = [candle.open, candle.high, candle.low, candle.close, candle.volume].map(
    Number,
  ) as [number, number, number, number, number]
  if (![open, high, low, close, volume].every(Number.isFinite))
    throw new Error(`The ${interval} candle of ${pair} at ${open_time_ms} has no numbers: ${JSON.stringify(candle)}`)
  return { pair, interval, open_time_ms, open, high, low, close, volume, trade_count: candle.trade_count ?? 0 }
}

const flat = ({ pair, interval, open_time_ms, close }: Seed, ms: number): Seed => ({
  ...{ pair, interval, open_time_ms: open_time_ms + ms },
  ...{ open: close, high: close, low: close, close, volume: 0, trade_count: 0 },
})
