import type { LeftOut } from '@candlewick/exchanges'

/** Why a row is not written, beyond what a reader finds. */
export type Reason = LeftOut['reason'] | 'outside_time' | 'future' | 'refused'

interface FirstLeftOut {
  count: number
  readonly file: string
  readonly line: number
  readonly problem: string
}

/** What became of one pair's rows. `pair` is null for rows that name none. */
export interface PairAccount {
  readonly pair: string | null
  read: number
  written: number
  /** In the topic or in the files before: with the same content, with another one, or where nothing is left to compare with. */
  readonly already_there: { same: number; other: number; not_compared: number }
  readonly left_out: { [reason in Reason]?: FirstLeftOut }
  /** Of those written: their candle was closed by then, so that `candles` rejects them as late. */
  late: number
}

/** The machine-readable end of a replay or backfill; docs/data-quality.md describes it. */
export interface Summary {
  readonly v: 1
  /** Every row is accounted for, and none was there with other content. */
  readonly ok: boolean
  readonly pairs: readonly PairAccount[]
}

/** The end of a recording: what became of each row, also in a line a pair. */
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

  /** A row that the reader left out, which it did not count as read. */
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

/** @returns whether the rows read are all the others, and none was there with other content. */
function isAccountedFor({ read, written, already_there, left_out }: PairAccount): boolean {
  const { same, other, not_compared } = already_there
  return (
    other === 0 && read === written + same + not_compared + total(Object.values(left_out).map(({ count }) => count))
  )
}

/** @returns an account in a sentence. */
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
