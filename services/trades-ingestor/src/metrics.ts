import { metricsOf, type ServiceContext } from '@candlewick/service'
import type { IngestorEvent, IngestorStatus } from './ingestor.ts'

/**
 * Registers an ingestor's metrics.
 * @param pairs the configured pairs
 * @returns a function to call with each of the ingestor's events
 */
export function ingestorMetrics(
  registry: ServiceContext['metrics'],
  pairs: readonly string[],
  status: () => IngestorStatus,
): (event: IngestorEvent) => void {
  const { counter, gauge, histogram } = metricsOf(registry)
  const messages = counter('candlewick_exchange_messages_total')
  const missed = counter('candlewick_exchange_messages_missed_total')
  const reconnects = counter('candlewick_reconnects_total')
  const trades = counter('candlewick_trades_total')
  const moves = counter('candlewick_moves_total')
  const duplicates = counter('candlewick_trades_duplicate_total')
  const rejected = counter('candlewick_trades_rejected_total')
  const unrequested = counter('candlewick_trades_unrequested_total')
  const contradicting = counter('candlewick_trades_contradicting_total')
  const ahead = counter('candlewick_trades_ahead_total')
  const unbuffered = counter('candlewick_trades_unbuffered_total')
  const gapTrades = histogram('candlewick_gap_trades')
  const gapSeconds = histogram('candlewick_gap_fill_seconds')
  const historyFailures = counter('candlewick_history_failures_total')
  const unfillable = counter('candlewick_gaps_unfillable_total')
  const lostTrades = counter('candlewick_trades_unfillable_total')
  const writes = histogram('candlewick_write_seconds')
  const failures = counter('candlewick_write_failures_total')
  /** Time of each connection's last message (monotonic ms). */
  const receivedAt = new Map<number, number>()
  gauge('candlewick_seconds_since_message', g => {
    for (const [connection, at] of receivedAt) g.set({ connection }, (performance.now() - at) / 1000)
  })
  gauge('candlewick_trades_buffered', g => g.set(status().buffered))
  gauge('candlewick_pairs_lost', g => g.set(status().lost.length))
  gauge('candlewick_pairs_refused', g => g.set(status().refused.size))
  gauge('candlewick_exchange_clock_offset_seconds', g => {
    const { clockOffsetMs } = status()
    if (clockOffsetMs !== undefined) g.set(clockOffsetMs / 1000)
  })
  // Prometheus sees no increase in a series whose first value is above 0.
  for (const each of [trades, rejected, contradicting, unfillable, lostTrades])
    for (const pair of pairs) each.inc({ pair }, 0)

  return event => {
    switch (event.type) {
      case 'message':
        messages.inc({ type: event.message.type })
        if (event.message.type === 'unrequested') unrequested.inc(event.message.trades)
        if (event.message.type === 'missed') missed.inc(event.message.messages)
        if (!receivedAt.has(event.connection)) reconnects.inc({ connection: event.connection }, 0)
        return void receivedAt.set(event.connection, event.at)
      case 'disconnected':
        return reconnects.inc({ connection: event.connection })
      case 'written':
        for (const [pair, count] of event.byPair) trades.inc({ pair }, count)
        moves.inc(event.moves.length)
        return writes.observe(event.ms / 1000)
      case 'duplicates':
        return duplicates.inc(event.count)
      case 'rejected':
        for (const { pair } of event.trades) rejected.inc({ pair: pair ?? 'unknown' })
        return
      case 'contradicting':
        for (const { pair } of event.trades) contradicting.inc({ pair })
        return
      case 'ahead':
        return ahead.inc(event.trades.length)
      case 'unbuffered':
        for (const count of event.byPair.values()) unbuffered.inc(count)
        return
      case 'gap-filled':
        gapTrades.observe(event.trades)
        return gapSeconds.observe(event.ms / 1000)
      case 'gap-unfillable':
        unfillable.inc({ pair: event.pair })
        return lostTrades.inc({ pair: event.pair }, event.gap.trades)
      case 'history-failed':
        return historyFailures.inc()
      case 'failed':
        return failures.inc()
    }
  }
}
