import type { TradeBatch } from '@candlewick/exchanges/history'
import type { DecodedTrade } from '../../services/candles/src/trade-decoder.ts'
import { BOUGHT } from '../../services/candles/src/trade-run.ts'

/** The columns of a {@link TradeBatch} that the fold needs. The digits are not sent to other threads. */
export interface TradeColumns extends Columns, Pick<TradeBatch, 'file' | 'skipped' | 'lost' | 'lostBefore'> {
  length: number
  readonly pairIndex: Pick<TradeBatch['pairIndex'], 'names'>
}

/** The arrays of a batch, in memory of one thread or of several. */
export interface Columns {
  readonly pairs: Uint32Array<ArrayBufferLike>
  readonly ids: Float64Array<ArrayBufferLike>
  readonly sides: Uint8Array<ArrayBufferLike>
  readonly prices: Float64Array<ArrayBufferLike>
  readonly qtys: Float64Array<ArrayBufferLike>
  readonly times: Float64Array<ArrayBufferLike>
  readonly lines: Float64Array<ArrayBufferLike>
}

const ARRAYS = ['pairs', 'ids', 'sides', 'prices', 'qtys', 'times', 'lines'] as const

/** Maximum number of trades in a batch. */
const ROWS_MAX = 4096

/** @returns room for a batch, in memory that threads share. */
export function sharedColumns(): Columns {
  const shared = (bytes: number) => new SharedArrayBuffer(ROWS_MAX * bytes)
  return {
    pairs: new Uint32Array(shared(4)),
    ids: new Float64Array(shared(8)),
    sides: new Uint8Array(shared(1)),
    prices: new Float64Array(shared(8)),
    qtys: new Float64Array(shared(8)),
    times: new Float64Array(shared(8)),
    lines: new Float64Array(shared(8)),
  }
}

/** @returns a trade to {@link fill}. Fields that start as fractions are doubles for V8 from the start, and are changed in place. */
export const decodedTrade = (nowMs: number): DecodedTrade => ({
  trade_id: 0.5,
  price: 0.5,
  qty: 0.5,
  timestamp_ms: 0.5,
  buy: false,
  written_ms: nowMs,
  content_hash: 0,
})

/** @returns the trade, changed into the row's. */
export function fill(
  trade: DecodedTrade,
  { ids, sides, prices, qtys, times }: Omit<Columns, 'pairs' | 'lines'>,
  row: number,
): DecodedTrade {
  trade.trade_id = ids[row]!
  trade.buy = sides[row] === BOUGHT
  trade.price = prices[row]!
  trade.qty = qtys[row]!
  trade.timestamp_ms = times[row]!
  return trade
}

/** Copies a batch's rows. @throws RangeError for a batch of more rows than a reader makes */
export function copyRows(batch: TradeColumns, into: Columns): void {
  for (const name of ARRAYS) into[name].set(batch[name].subarray(0, batch.length))
}

/**
 * Distributes a batch's rows over several batches.
 * @param partOf the number of the part, 0 to `parts` - 1, that takes the row
 */
export function splitRows(batch: TradeColumns, parts: number, partOf: (row: number) => number): TradeColumns[] {
  const split = Array.from({ length: parts }, () => emptyLike(batch))
  for (let row = 0; row < batch.length; row++) {
    const part = split[partOf(row)]!
    const to = part.length++
    for (const name of ARRAYS) part[name][to] = batch[name][row]!
  }
  return split
}

const emptyLike = ({ file, pairIndex, length, skipped, lost, lostBefore }: TradeColumns): TradeColumns => ({
  length: 0,
  file,
  pairIndex,
  pairs: new Uint32Array(length),
  ids: new Float64Array(length),
  sides: new Uint8Array(length),
  prices: new Float64Array(length),
  qtys: new Float64Array(length),
  times: new Float64Array(length),
  lines: new Float64Array(length),
  skipped,
  lost,
  lostBefore,
})
