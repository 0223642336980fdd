import type { ServiceContext } from '@candlewick/service'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { IngestorEvent, IngestorStatus } from './ingestor.ts'

type Registry = ServiceContext['metrics']

const TRADES = [1, 3, 10, 30, 100, 300, 1000, 10_000, 100_000]
const SECONDS = [0.1, 0.3, 1, 3, 10, 30, 60, 300, 900]
const WRITE_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]

/**
 * Shows an ingestor in /metrics; every name begins with `candlewick_`.
 * @returns what to tell each of the ingestor's events
 */
export function ingestorMetrics(registry: Registry, status: () => IngestorStatus): (event: IngestorEvent) => void {
  const registers = [registry]
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `candlewick_${name}_total`, help, labelNames, registers })
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `candlewick_${name}`, help, buckets, registers })

  const messages = counter('exchange_messages', "The exchange's messages, by what they mean", ['type'])
  const missed = counter('exchange_messages_missed', 'Messages that the exchange numbered and that did not arrive')
  const reconnects = counter('reconnects', 'Connections to the exchange that were lost', ['connection'])
  const trades = counter('trades', 'Trades written')
  const moves = counter('moves', 'Pairs that were moved to another partition of the trades')
  const duplicates = counter('trades_duplicate', 'Trades that came again and were dropped')
  const gapTrades = histogram('gap_trades', "Trades of a gap, filled from the exchange's history", TRADES)
  const gapSeconds = histogram('gap_fill_seconds', 'Time from noticing a gap to having filled it', SECONDS)
  const historyFailures = counter('history_failures', "Questions to the exchange's history that failed")
  const unfillable = counter('gaps_unfillable', 'Gaps that the exchange could not fill', ['pair'])
  const lostTrades = counter('trades_unfillable', 'Trades in such gaps', ['pair'])
  const writes = histogram('write_seconds', 'Time of a transaction with trades', WRITE_SECONDS)
  const failures = counter('write_failures', 'Transactions that failed and were tried again')
  const heard = silenceGauge(registry)
  statusGauges(registry, status)

  return event => {
    switch (event.type) {
      case 'message':
        messages.inc({ type: event.message.type })
        if (event.message.type === 'missed') missed.inc(event.message.messages)
        return heard(event.connection, event.at)
      case 'disconnected':
        return reconnects.inc({ connection: event.connection })
      case 'written':
        trades.inc(event.trades)
        moves.inc(event.moves.length)
        return writes.observe(event.ms / 1000)
      case 'duplicates':
        return duplicates.inc(event.count)
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

/** @returns what to tell when a connection was heard of (monotonic ms). */
function silenceGauge(registry: Registry): (connection: number, at: number) => void {
  const lastAt = new Map<number, number>()
  new Gauge({
    name: 'candlewick_seconds_since_message',
    help: 'Time since the last message of a connection to the exchange',
    labelNames: ['connection'],
    registers: [registry],
    collect() {
      for (const [connection, at] of lastAt) this.set({ connection }, (performance.now() - at) / 1000)
    },
  })
  return (connection, at) => {
    lastAt.set(connection, at)
  }
}

const STATUS: readonly { name: string; help: string; value(status: IngestorStatus): number | undefined }[] = [
  { name: 'trades_held_back', help: 'Trades that wait for a gap before them to be filled', value: s => s.held },
  { name: 'pairs_lost', help: 'Pairs whose feed is lost or has a gap that is being filled', value: s => s.lost.length },
  {
    name: 'pairs_refused',
    help: 'Pairs that the exchange does not give out',
    value: s => s.refused.size,
  },
  {
    name: 'exchange_clock_offset_seconds',
    help: "The exchange's time less this machine's; absent before the exchange told any",
    value: s => s.clockOffsetMs && s.clockOffsetMs / 1000,
  },
]

function statusGauges(registry: Registry, status: () => IngestorStatus): void {
  for (const { name, help, value } of STATUS)
    new Gauge({
      name: `candlewick_${name}`,
      help,
      registers: [registry],
      collect() {
        const now = value(status())
        if (now !== undefined) this.set(now)
      },
    })
}
