import { baseIntervalMs, type Candle, intervalMs, type Trade, windowStart } from '@candlewick/market-data'

export interface ReferenceOptions {
  /** Windows that end by this time (Unix ms) are closed. */
  readonly until_ms: number
  readonly emptyCandles: 'flat' | 'skip'
  /** Time from which each pair's series is complete; by default the end of its first base window. */
  readonly complete_from_ms?: number
  /** Pairs that begin with the exchange's own candles, and with complete windows after those. */
  readonly beginnings?: ReadonlyMap<string, Beginning>
  /** Spans of time [from_ms, to_ms) in which trades are missing. */
  readonly gaps?: readonly { readonly from_ms: number; readonly to_ms: number }[]
}

export interface Beginning {
  readonly complete_from_ms: number
  /** The exchange's candles of every interval in the form in which they have to be published. */
  readonly candles: readonly Candle[]
}

/**
 * Computes the candles of a complete list of trades in the plainest way: every window of every interval from its trades
 * alone, with uncompensated sums in the order of ids.
 * @returns the candles in the order of their ends
 */
export function referenceCandles(
  trades: readonly Trade[],
  intervals: readonly string[],
  options: ReferenceOptions,
): Candle[] {
  return [...Map.groupBy(trades, t => t.pair).values()]
    .flatMap(of => intervals.flatMap(interval => candlesOf(of, interval, intervals, options)))
    .sort((a, b) => a.close_time_ms - b.close_time_ms || intervalMs(a.interval) - intervalMs(b.interval))
}

function candlesOf(
  trades: readonly Trade[],
  interval: string,
  intervals: readonly string[],
  { until_ms, emptyCandles, complete_from_ms, beginnings, gaps = [] }: ReferenceOptions,
): Candle[] {
  const length = intervalMs(interval)
  const byWindow = Map.groupBy(trades, t => windowStart(t.timestamp_ms, length))
  const first = trades.reduce((earliest, t) => Math.min(earliest, t.timestamp_ms), Number.POSITIVE_INFINITY)
  const base = baseIntervalMs(intervals)
  const beginning = beginnings?.get(trades[0]!.pair)
  const completeFrom = beginning?.complete_from_ms ?? complete_from_ms ?? windowStart(first, base) + base
  const candles = (beginning?.candles ?? []).filter(candle => candle.interval === interval)
  let previous = candles.at(-1)?.close ?? 0
  for (
    let open = windowStart(beginning?.complete_from_ms ?? first, length);
    open + length <= until_ms;
    open += length
  ) {
    const inWindow = [...(byWindow.get(open) ?? [])].sort((a, b) => a.trade_id - b.trade_id)
    const common = {
      pair: trades[0]!.pair,
      interval,
      open_time_ms: open,
      close_time_ms: open + length,
      complete: open >= completeFrom && !gaps.some(gap => gap.from_ms < open + length && gap.to_ms > open),
    }
    if (inWindow.length > 0) candles.push({ ...common, ...ohlcv(inWindow) })
    else if (emptyCandles === 'flat') {
      // The last trade before the window may be one that is missing.
      const lastMs = Math.max(...trades.map(t => t.timestamp_ms).filter(ms => ms < open))
      const isInDoubt = gaps.some(gap => gap.from_ms >= lastMs && gap.from_ms < open + length)
      candles.push({ ...common, complete: common.complete && !isInDoubt, ...flat(previous) })
    }
    previous = inWindow.at(-1)?.price ?? previous
  }
  return candles
}

type Values = Omit<Candle, 'pair' | 'interval' | 'open_time_ms' | 'close_time_ms' | 'complete' | 'bar'>

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** @param trades in the order of their ids, at least one */
export function ohlcv(trades: readonly Trade[]): Values {
  const prices = trades.map(t => t.price)
  const volume = sum(trades.map(t => t.qty))
  const quote_volume = sum(trades.map(t => t.price * t.qty))
  return {
    open: prices[0]!,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1)!,
    volume,
    quote_volume,
    vwap: quote_volume / volume,
    trade_count: trades.length,
    buy_volume: sum(trades.filter(t => t.side === 'buy').map(t => t.qty)),
    first_trade_id: trades[0]!.trade_id,
    last_trade_id: trades.at(-1)!.trade_id,
  }
}

const flat = (price: number): Values => ({
  open: price,
  high: price,
  low: price,
  close: price,
  volume: 0,
  quote_volume: 0,
  vwap: price,
  trade_count: 0,
  buy_volume: 0,
  first_trade_id: null,
  last_trade_id: null,
})
