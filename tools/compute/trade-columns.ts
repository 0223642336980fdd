import type { BUY, TradeBatch } from '@candlewick/exchanges'

/** What the fold needs of a {@link TradeBatch}: the digits stay behind when it goes to another thread. */
export type TradeColumns = Pick<
  TradeBatch,
  'file' | 'pairs' | 'ids' | 'sides' | 'prices' | 'qtys' | 'times' | 'lines' | 'skipped'
> & { length: number; readonly pairIndex: Pick<TradeBatch['pairIndex'], 'names'> }

/** The `BUY` of the reader, which is not loaded where trades are folded. */
export const BOUGHT: typeof BUY = 1

const ARRAYS = ['pairs', 'ids', 'sides', 'prices', 'qtys', 'times', 'lines'] as const

/** @returns the batch as plain data, and the memory that can be handed over with it. */
export function transferable(batch: TradeColumns): { columns: TradeColumns; memory: ArrayBuffer[] } {
  const { length, file, pairIndex, pairs, ids, sides, prices, qtys, times, lines, skipped } = batch
  const columns = {
    length,
    file,
    pairIndex: { names: pairIndex.names },
    pairs,
    ids,
    sides,
    prices,
    qtys,
    times,
    lines,
    skipped,
  }
  return { columns, memory: ARRAYS.map(name => columns[name].buffer as ArrayBuffer) }
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

const emptyLike = ({ file, pairIndex, length, skipped }: TradeColumns): TradeColumns => ({
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
})
