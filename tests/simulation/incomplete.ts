import { type Candle, type Trade, windowStart } from '@candlewick/market-data'
import type { LogRecord, MemoryCluster } from '@candlewick/streams'
import { recordsOf } from './verify.ts'
import { TRADES } from './writer.ts'

type Lacks = (candle: Candle) => boolean

/**
 * Finds the windows that lack a dropped trade, or may lack one, from the input alone.
 * @param trades each pair's in the order of their ids
 * @returns the reference candles, with `complete: false` for those windows
 */
export function withLosses(
  cluster: MemoryCluster,
  trades: readonly Trade[],
  candles: readonly Candle[],
  baseMs: number,
): Candle[] {
  const losses = Map.groupBy(
    cluster.partitions(TRADES).flatMap(partition => lossesIn(recordsOf(partition), trades, baseMs)),
    ({ pair }) => pair,
  )
  const lacks = (candle: Candle) => losses.get(candle.pair)?.some(loss => loss.lacks(candle)) === true
  return candles.map(candle => (candle.complete && lacks(candle) ? { ...candle, complete: false } : candle))
}

function lossesIn(
  records: readonly LogRecord[],
  trades: readonly Trade[],
  baseMs: number,
): { readonly pair: string; readonly lacks: Lacks }[] {
  return records.flatMap(({ key: pair, headers }) => {
    const { rubbish, at, after } = headers ?? {}
    if (pair === null || !rubbish || rubbish === 'duplicate') return []
    const ms = Number(at)
    if (rubbish !== 'malformed') return [{ pair, lacks: oneTime(ms, rubbish, baseMs) }]
    const next = trades.find(trade => trade.pair === pair && trade.trade_id > Number(after))
    return [{ pair, lacks: anyTime(ms, next, baseMs) }]
  })
}

/** A late trade is missing only from windows that were still open. */
function oneTime(ms: number, kind: string, baseMs: number): Lacks {
  const closedMs = kind === 'late' ? windowStart(ms, baseMs) + baseMs : 0
  return ({ open_time_ms: open, close_time_ms: close }) => open <= ms && close > ms && close > closedMs
}

/** A record that may be a trade of any time: open windows, and those that start before the end of the next trade's base window. */
function anyTime(ms: number, next: Trade | undefined, baseMs: number): Lacks {
  const until = next ? windowStart(next.timestamp_ms, baseMs) + baseMs : Number.POSITIVE_INFINITY
  return ({ open_time_ms: open, close_time_ms: close }) => close > windowStart(ms, baseMs) && open < until
}
