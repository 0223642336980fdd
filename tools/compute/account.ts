/** The number of rows that were left out for one reason, and the first of them. */
export interface LeftOut {
  count: number
  readonly first: string
}

/** Outcome of one pair's rows. */
export interface PairAccount {
  /** Rows whose trade is in a candle, or in a window that is still open at the end. */
  used: number
  readonly leftOut: Record<string, LeftOut>
}

/** Accounts for every row: rows read = rows used + rows left out, by pair and reason. */
export class Account {
  /** Rows of the source, which are counted when they are read. */
  read = 0
  readonly pairs: Record<string, PairAccount> = {}

  pair(name: string): PairAccount {
    this.pairs[name] ??= { used: 0, leftOut: {} }
    return this.pairs[name]
  }

  /** @param where file and line */
  leaveOut(pair: string, reason: string, where: string, count = 1): void {
    const { leftOut } = this.pair(pair)
    leftOut[reason] ??= { count: 0, first: where }
    leftOut[reason].count += count
  }

  /** Adds the counts of another account. */
  add(other: Account['pairs']): void {
    for (const [pair, { used, leftOut }] of Object.entries(other)) {
      this.pair(pair).used += used
      for (const [reason, { count, first }] of Object.entries(leftOut)) this.leaveOut(pair, reason, first, count)
    }
  }

  get used(): number {
    return Object.values(this.pairs).reduce((sum, { used }) => sum + used, 0)
  }

  get leftOut(): number {
    return Object.values(this.pairs).reduce((sum, { leftOut }) => sum + total(leftOut), 0)
  }
}

const total = (leftOut: PairAccount['leftOut']): number =>
  Object.values(leftOut).reduce((sum, { count }) => sum + count, 0)

/** @returns one line for each pair that had any row. */
export function accountLines({ pairs }: Account): string[] {
  return Object.entries(pairs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([pair, { used, leftOut }]) => {
      const reasons = Object.entries(leftOut).map(
        ([reason, { count, first }]) => `${count} ${reason} (first: ${first})`,
      )
      return `${pair || 'no pair'}: ${used} trades used, ${reasons.length > 0 ? `left out: ${reasons.join(', ')}` : 'none left out'}`
    })
}
