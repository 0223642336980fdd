import { type Account, accountLines, type PairAccount } from './account.ts'
import type { Folded } from './folding.ts'

/** What a run has read and made: `rows_read` is `trades_used` and `rows_left_out` together. */
export interface Summary {
  readonly rows_read: number
  readonly trades_used: number
  readonly rows_left_out: number
  readonly candles: number
  readonly feature_rows: number
  /** What the processors count, e.g. gaps of missing ids. */
  readonly counts: Readonly<Record<string, number>>
  readonly pairs: Readonly<Record<string, PairAccount>>
}

/** Trades that are lost to the candles, although nothing is wrong with them. */
const LOST = ['late', 'stale_id', 'future', 'malformed']
/** Rows that make the candles wrong: the order of the rows, or one of two trades under one id. */
const REFUSED = ['out_of_order', 'other_content']

/**
 * @param written how many candles, and as many feature rows, were made
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

/** @throws Error for rows whose order or content make the candles wrong, before anything is published */
export function refuseWrong(account: Account): void {
  if (account.count(REFUSED) === 0) return
  throw new Error(
    `${accountLines(account)
      .filter(line => REFUSED.some(reason => line.includes(reason)))
      .join('\n')}\n` +
      'Nothing is written: trades came too far out of the order of their ids (out_of_order), or differ from an earlier ' +
      'trade of their id (other_content). Sort each pair by id, name the oldest file first, and leave out files that overlap.',
  )
}

/** @returns why the run is no success although it is through, undefined when it is. */
export function problemOf(account: Account): string | undefined {
  const lost = account.count(LOST)
  return lost > 0
    ? `${lost} trades are in no candle (${LOST.join(', ')} above): their times do not grow with their ids`
    : undefined
}

/** One line a pair, and the totals. */
export function summaryLines(summary: Summary, account: Account): string[] {
  const { rows_read, trades_used, rows_left_out, candles, counts } = summary
  const counted = Object.entries(counts).map(([name, count]) => `, ${name} ${count}`)
  return [
    ...accountLines(account),
    `${rows_read} rows read: ${trades_used} trades used, ${rows_left_out} rows left out. ${candles} candles and feature rows${counted.join('')}.`,
  ]
}
