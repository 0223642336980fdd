import type { LeftOut, TradeBatch } from '@candlewick/exchanges'

/** Trades of files or of an exchange's history, each pair's in the order of their ids. */
export interface Recording {
  /** Name of the source, for messages. */
  readonly name: string
  /** Rows of each pair that repeat the trade of another row. The batches do not contain them. */
  readonly repeated?: ReadonlyMap<string, number>
  /** Whether `batches` can be read twice. If it can, trades with ids that the topic has are first compared with it. */
  readonly isRepeatable: boolean
  /** Time since which the recording has all trades, Unix ms; undefined: from each pair's first trade on. */
  readonly fromMs?: number | undefined
  /** Time up to which the recording has all trades, Unix ms; undefined: the end of the last trade's window. */
  readonly toMs?: number | undefined
  /** @param onLeftOut receives rows that are not trades */
  batches(onLeftOut: (row: LeftOut) => void): AsyncIterable<TradeBatch>
}
