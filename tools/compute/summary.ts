import { type Account, accountLines, type PairAccount } from './account.ts'
import type { Folded } from './folding.ts'

/** Counts of a run's input and output: `rows_read` is the sum of `trades_used` and `rows_left_out`. */
export interface Summary {
  readonly rows_read: number
  readonly trades_used: number
  readonly rows_left_out: number
  readonly candles: number
  readonly feature_rows: number
  /** Counts of the processors, e.g. gaps of missing ids. */
  readonly counts: Readonly<Record<string, number>>
  readonly pairs: Readonly<Record<string, PairAccount>>
}

/**
 * @param written the number of candles, which is also the number of feature rows
 * @throws Error before anything is published, for a row that is neither used nor left out
 */
export function summaryOf(
  account: Account,
  folded: readonly Pick<Folded, 'counts' | 'tradesInCandles'>[],
  written: number,
): Summary {
  const counts: Record<string, number> = {}
  for (const part of folded)
    for (const [name, count] of Object.entries(part.counts)) counts[name] = (counts[name] ?? 0) + count
  const inCandles = folded.reduce((sum, { tradesInCandles }) => sum + tradesInCandles, 0)
  const { read, used, leftOut } = account
  if (read !== used + leftOut || inCandles !== used)
    throw new Error(
      `${read} rows were read, but ${used} trades used, ${inCandles} of them in candles, and ${leftOut} rows left out: ` +
        'this is a bug of Candlewick, and nothing is written',
    )
  return {
    rows_read: read,
    trades_used: used,
    rows_left_out: leftOut,
    candles: written,
    feature_rows: written,
    counts,
    pairs: account.pairs,
  }
}

/** @returns one line for each pair, and the totals. */
export function summaryLines(summary: Summary, account: Account): string[] {
  const { rows_read, trades_used, rows_left_out, candles, counts } = summary
  const counted = Object.entries(counts).map(([name, count]) => `, ${name} ${count}`)
  return [
    ...accountLines(account),
    `${rows_read} rows read: ${trades_used} trades used, ${rows_left_out} rows left out. ${candles} candles and feature rows${counted.join('')}.`,
  ]
}
