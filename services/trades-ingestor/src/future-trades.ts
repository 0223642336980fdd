import type { ExchangeTrade, MappedTrades, RejectedTrade } from '@candlewick/exchanges'

/**
 * A trade dated further ahead of the exchange's and of our clock than this has a wrong time. The bound is wide, because
 * our clock may be wrong by hours. Without this check the time would go into the cursor, and no later watermark would be written.
 */
export const AHEAD_MS_MAX = 24 * 3_600_000

/** Moves trades whose time lies more than a day after `nowMs` (Unix ms) to the rejected ones. */
export function rejectFuture({ trades, rejected }: MappedTrades, nowMs: number): MappedTrades {
  const isFuture = ({ timestamp_ms }: ExchangeTrade) => timestamp_ms > nowMs + AHEAD_MS_MAX
  if (!trades.some(isFuture)) return { trades, rejected }
  const found = trades.filter(isFuture).map(
    ({ pair, trade_id, timestamp_ms }): RejectedTrade => ({
      pair,
      trade_id,
      field: 'timestamp',
      problem: `timestamp ${timestamp_ms} is more than a day in the future`,
    }),
  )
  return { trades: trades.filter(trade => !isFuture(trade)), rejected: [...rejected, ...found] }
}
