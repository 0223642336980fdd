import type { LeftOut } from '@candlewick/exchanges'

/** Reasons why a row is not written: the reader's reasons, and the ingestor's own. */
export type Reason = LeftOut['reason'] | 'outside_time' | 'future' | 'refused'

interface FirstLeftOut {
  count: number
  readonly file: string
  readonly line: number
  readonly problem: string
}

/** Counts of one pair's rows by their outcome. `pair` is null for rows that name no pair. */
export interface PairAccount {
  readonly pair: string | null
  read: number
  written: number
  /** Rows whose trade is already in the topic or earlier in the files: with the same content, with other content, or not compared. */
  readonly already_there: { same: number; other: number; not_compared: number }
  readonly left_out: { [reason in Reason]?: FirstLeftOut }
  /** Written rows whose window had already closed, so that `candles` rejects them as late. */
  late: number
}

/** The machine-readable summary of a replay or backfill; docs/data-quality.md describes it. */
export interface Summary {
  readonly v: 1
  /** Whether every row is accounted for, and no trade was in the topic with other content. */
  readonly ok: boolean
  readonly pairs: readonly PairAccount[]
}

/** The summary of a recording, and its text, one line a pair. */
export interface Accounted {
  readonly type: 'accounted'
  readonly summary: Summary
  readonly texts: readonly string[]
}

export const accounted = (summary: Summary): Accounted => ({
  type: 'accounted',
  summary,
  texts: summary.pairs.map(accountText),
})

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

/** Accounts for every row of a recording. */
export class Accounts {
  readonly #pairs = new Map<string | null, PairAccount>()

  of(pair: string | null): PairAccount {
    const known = this.#pairs.get(pair)
    if (known) return known
    const already_there = { same: 0, other: 0, not_compared: 0 }
    const account: PairAccount = { pair, read: 0, written: 0, already_there, left_out: {}, late: 0 }
    this.#pairs.set(pair, account)
    return account
  }

  /** Counts a row as read and left out. */
  leaveOut({ pair, file, line, problem, reason }: Omit<LeftOut, 'reason'> & { readonly reason: Reason }): void {
    const account = this.of(pair ?? null)
    account.read++
    const known = account.left_out[reason]
    if (known) known.count++
    else account.left_out[reason] = { count: 1, file, line, problem }
  }

  get summary(): Summary {
    const pairs = [...this.#pairs.values()].filter(({ read }) => read > 0)
    return { v: 1, ok: pairs.every(isAccountedFor), pairs }
  }
}

/** @returns whether the counts of all outcomes add up to the rows read, and no trade was in the topic with other content. */
function isAccountedFor({ read, written, already_there, left_out }: PairAccount): boolean {
  const { same, other, not_compared } = already_there
  return (
    other === 0 && read === written + same + not_compared + total(Object.values(left_out).map(({ count }) => count))
  )
}

/** @returns an account as one line of text. */
function accountText({ pair, read, written, already_there, left_out, late }: PairAccount): string {
  const { same, other, not_compared } = already_there
  const reasons = Object.entries(left_out).map(
    ([reason, { count, file, line, problem }]) => `${count} ${reason}, first in ${file}, line ${line}: ${problem}`,
  )
  const left = total(Object.values(left_out).map(({ count }) => count))
  return [
    `${pair ?? 'rows of no pair'}: ${read} rows read, ${written} written`,
    `${same} already there with the same content, ${other} with other content`,
    ...(not_compared > 0 ? [`${not_compared} already there and not compared`] : []),
    `${left} left out${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`,
    `${late} late`,
  ].join(', ')
}
