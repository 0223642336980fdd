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
  const lacks = inDoubt(cluster, trades, baseMs)
  return candles.map(candle => (candle.complete && lacks(candle) ? { ...candle, complete: false } : candle))
}

/** @returns whether a window lacks a dropped trade, or may lack one, by the input alone */
export function inDoubt(cluster: MemoryCluster, trades: readonly Trade[], baseMs: number): Lacks {
  const losses = Map.groupBy(
    cluster.partitions(TRADES).flatMap(partition => lossesIn(recordsOf(partition), trades, baseMs)),
    ({ pair }) => pair,
  )
  return candle => losses.get(candle.pair)?.some(loss => loss.lacks(candle)) === true
}

function lossesIn(
  records: readonly LogRecord[],
  trades: readonly Trade[],
  baseMs: number,
): { readonly pair: string; readonly lacks: Lacks }[] {
  return records.flatMap(({ key: pair, headers }) => {
    const { rubbish, at, after } = headers ?? {}
    if (pair === null || !rubbish || isHarmless(headers!)) return []
    const ms = Number(at)
    const next = trades.find(trade => trade.pair === pair && trade.trade_id > Number(after))
    if (rubbish === 'duplicate' || rubbish === 'contradiction')
      return [
        { pair, lacks: openOnes(ms, windowStart(Number(headers!.now), baseMs)) },
        ...(headers!.price === 'other' && headers!.id === after ? [{ pair, lacks: flatUntil(ms, next) }] : []),
      ]
    if (rubbish !== 'malformed') return [{ pair, lacks: oneTime(ms, rubbish, baseMs) }]
    return [{ pair, lacks: anyTime(ms, next, baseMs) }]
  })
}

/** How many of the newest ids of a pair have their content compared. */
const COMPARED = 32

/** @returns whether the content of a repeated id is compared with that of the counted trade. */
export const isCompared = ({ id, after }: Readonly<Record<string, string>>): boolean =>
  Number(id) > Number(after) - COMPARED

/** @returns whether the record is known to repeat a trade as it was. */
export const isHarmless = (headers: Readonly<Record<string, string>>): boolean =>
  headers.rubbish === 'duplicate' && isCompared(headers)

/** Windows of a time that are open when the base window from `openMs` on is the open one. */
const openOnes =
  (ms: number, openMs: number): Lacks =>
  ({ open_time_ms: open, close_time_ms: close }) =>
    open <= ms && close > ms && close > openMs

/** Flat candles continue at the price of the last trade, which is in doubt until the next one. */
const flatUntil =
  (ms: number, next: Trade | undefined): Lacks =>
  ({ open_time_ms: open, trade_count }) =>
    trade_count === 0 && open > ms && open < (next?.timestamp_ms ?? Number.POSITIVE_INFINITY)

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
