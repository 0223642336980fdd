import type { LeftOut, TradeBatch } from '@candlewick/exchanges'

/** Trades of files or of an exchange's history, each pair's in the order of their ids. */
export interface Recording {
  /** Where the trades come from, for messages. */
  readonly name: string
  /** Rows of each pair that are the same trade as another row: they are not among the batches. */
  readonly repeated?: ReadonlyMap<string, number>
  /** Whether `batches` can be read twice: trades that are in the topic by their ids are compared with it before. */
  readonly isRepeatable: boolean
  /** Since when the trades are all there, Unix ms; undefined: from each pair's first one on. */
  readonly fromMs?: number | undefined
  /** Up to when they are all there, Unix ms; undefined: to the end of the last one's window. */
  readonly toMs?: number | undefined
  /** @param onLeftOut receives rows that are no trades */
  batches(onLeftOut: (row: LeftOut) => void): AsyncIterable<TradeBatch>
}
