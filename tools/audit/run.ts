import type { Ohlc } from '@candlewick/exchanges'
import { intervalMs, windowStart } from '@candlewick/market-data'
import type { Log } from '@candlewick/streams'
import { type Audit, audit } from '../../services/trades-ingestor/src/audit/audit.ts'
import type { Difference } from '../../services/trades-ingestor/src/audit/compare.ts'
import { OurCandles } from '../../services/trades-ingestor/src/audit/our-candles.ts'
import type { AuditOptions } from './options.ts'

export interface AuditSurroundings {
  readonly ohlc: Ohlc
  readonly log: Log
  readonly topic: string
  readonly signal: AbortSignal
  readonly nowMs: number
  report(sentence: string): void
}

const time = (ms: number): string => new Date(ms).toISOString().slice(0, 19)

const sentence = ({ pair, interval, open_time_ms, field, ours, theirs }: Difference): string =>
  `${pair} ${interval} ${time(open_time_ms)} ${field.padEnd(11)} ours ${ours ?? 'is missing'}, the exchange's ${theirs}`

/** Reports every difference, and a summary of each pair. @returns the number of differences */
export async function runAudit(options: Omit<AuditOptions, 'exchange'>, around: AuditSurroundings): Promise<number> {
  const { pairs, hours, interval } = options
  const { ohlc, log, topic, signal, nowMs, report } = around
  const toMs = windowStart(nowMs, intervalMs(interval))
  const fromMs = toMs - hours * 3_600_000
  const ours = new OurCandles({
    log,
    topic,
    wanted: c => c.interval === interval && pairs.includes(c.pair) && c.open_time_ms >= fromMs && c.open_time_ms < toMs,
  })
  let total = 0
  for (const pair of pairs) {
    const found: Audit = await audit(ohlc, ours, { pair, interval, fromMs, toMs }, signal)
    for (const difference of found.differences) report(sentence(difference))
    const since = found.sinceMs === undefined ? 'of no time' : `since ${time(found.sinceMs)}`
    report(
      `${pair} ${interval}: ${found.differences.length} differences in ${found.compared} candles (the exchange has candles ${since}; ` +
        `${found.incomplete} of ours were not compared, as they have complete: false)`,
    )
    total += found.differences.length
  }
  return total
}
