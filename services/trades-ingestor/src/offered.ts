import type { ExchangeTrade, RejectedTrade } from '@candlewick/exchanges'

/** The number of offered trades that were known already, and the rejected trades that were not. */
export interface Offered {
  readonly duplicates: number
  /** Trades that are too far ahead of the exchange's other times to advance its clock. */
  readonly ahead?: readonly ExchangeTrade[]
  readonly rejected: readonly RejectedTrade[]
  /** Dropped trades whose id another trade has, with other content. */
  readonly contradicting?: readonly ExchangeTrade[]
}

export const NOTHING_OFFERED: Offered = { duplicates: 0, rejected: [] }
