import type { StreamEvent, TaskStatus } from '@candlewick/streams'
import type { Logger } from 'pino'
import type { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { COUNTED } from './metric-table.ts'
import { type Metrics, metricsOf } from './metrics.ts'

const DEAD_LETTERS = 'dead_letters:'
/** Prefix of a count's name, before the feature and the problem. */
const FEATURE_MISTAKES = 'feature_mistakes:'
/** Log messages of counts whose name ends with an example. */
const WITH_EXAMPLE = {
  contradictions:
    'A trade or candle was dropped because its id or window was counted with other content: what it affects has complete: false. Check the producer for ids that restart, and for corrections',
  duplicates_not_compared:
    'A trade was dropped because its id was counted, too long ago to compare its content: open windows that may have it have complete: false. Check the producer for trades that it sends again',
  gaps_joined:
    'A pair has more than 32 gaps in open windows: the oldest two become one, and windows in between have complete: false',
  series_restarted:
    'A series of candles has a hole: its indicators start again, and rows have complete: false until they are warm',
  reports_awaited:
    'Partitions have not reported for 30 s (the field example has their numbers): they have no running task, or one of version 0.1. Until they report, new pairs of producers without markers are not published, and CLOSE_AFTER_IDLE_MS closes no window of such pairs that partition 0 has had from the beginning. Start or upgrade the instances of these partitions',
  large_states:
    'A state has more than 512 KiB, and each transaction writes all of it in several records: use shorter periods of indicators, or fewer indicators',
}

/** Counts that are normal for some sources, and are logged only the first time. */
const LOGGED_ONCE: Readonly<Record<string, string>> = {
  id_ranges_forgotten:
    'A pair has more than 100 ranges of trade ids, and the oldest is forgotten: a trade with such an old id becomes a dead letter (stale_id). This is logged once; candlewick_id_ranges_forgotten_total has the number',
  poison_records_forgotten:
    'More than 10,000 records made the processor fail, and the oldest are forgotten. This is logged once; candlewick_poison_records_forgotten_total has the number',
}

/** Shows a stream in /metrics and in the service's logs. @returns the stream's `observe` callback */
export function streamMetrics(
  registry: Registry,
  logger: Logger,
  status: () => readonly TaskStatus[],
): (event: StreamEvent) => void {
  const metrics = metricsOf(registry)
  taskGauges(metrics, status)
  const count = counters(metrics, logger)
  const rebalances = metrics.counter('candlewick_rebalances_total')
  const revoked = metrics.counter('candlewick_tasks_revoked_total')
  const fenced = metrics.counter('candlewick_tasks_fenced_total')
  const failed = metrics.counter('candlewick_tasks_failed_total')
  const truncations = metrics.counter('candlewick_truncations_total')
  const records = metrics.counter('candlewick_records_total')
  const written = metrics.counter('candlewick_records_written_total')
  const transactions = metrics.histogram('candlewick_transaction_seconds')
  const delays = metrics.histogram('candlewick_output_delay_seconds')
  const restores = metrics.histogram('candlewick_restore_seconds')
  const restored = metrics.counter('candlewick_records_restored_total')

  return event => {
    switch (event.type) {
      case 'assigned':
        rebalances.inc()
        return logger.info({ partitions: event.partitions }, 'Partitions assigned')
      case 'restored':
        restores.observe(event.ms / 1000)
        restored.inc(event.records)
        return logger.info(
          { partition: event.partition, keys: event.keys, records: event.records, restore_ms: Math.round(event.ms) },
          'Task restored',
        )
      case 'warmed':
        return logger.info(
          { partition: event.partition, keys: event.keys, records: event.records, warm_up_ms: Math.round(event.ms) },
          'States were warmed up from the retained records; nothing was published',
        )
      case 'revoked':
        revoked.inc()
        return logger.info({ partition: event.partition }, 'Partition revoked')
      case 'fenced':
        fenced.inc()
        return logger.warn({ partition: event.partition }, 'Fenced: another instance has taken the partition over')
      case 'failed':
        failed.inc()
        return logger.warn(
          { partition: event.partition, error: event.error, retry_in_ms: event.retryInMs },
          'Task failed: it is restored from its last commit and continues',
        )
      case 'truncated':
        truncations.inc()
        return logger.warn(
          { partition: event.partition, topic: event.topic, from: event.from, start: event.start },
          'Retention has deleted records before they were read',
        )
      case 'committed':
        transactions.observe(event.ms / 1000)
        observeAll(delays, event.delaysMs)
        records.inc(event.records)
        return written.inc(event.outputs)
      case 'counted':
        return count(event.name, event.by)
    }
  }
}

/**
 * A separate function, because V8 compiles a function with a long loop as a whole, together with everything that it may call.
 */
function observeAll(histogram: Histogram, delaysMs: readonly number[]): void {
  for (const ms of delaysMs) histogram.observe(ms / 1000)
}

function taskGauges(metrics: Metrics, status: () => readonly TaskStatus[]): void {
  metrics.gauge('candlewick_tasks_owned', gauge => gauge.set(status().length))
  const ofEach = (value: (task: TaskStatus) => number) => (gauge: Gauge) => {
    gauge.reset()
    for (const task of status()) gauge.set({ partition: task.partition }, value(task))
  }
  metrics.gauge(
    'candlewick_task_lag_records',
    ofEach(t => t.lag),
  )
  metrics.gauge(
    'candlewick_task_position_offset',
    ofEach(t => t.position),
  )
  metrics.gauge(
    'candlewick_task_ready',
    ofEach(t => Number(t.ready)),
  )
  metrics.gauge(
    'candlewick_task_keys',
    ofEach(t => t.keys),
  )
  metrics.gauge(
    'candlewick_task_windows_overdue',
    ofEach(t => t.overdue),
  )
  metrics.gauge(
    'candlewick_task_handovers_awaited',
    ofEach(t => t.awaiting),
  )
  metrics.gauge(
    'candlewick_task_handover_wait_seconds',
    ofEach(t => t.awaitingMs / 1000),
  )
}

/**
 * Adds counts to the metrics: by the table's names, dead letters by reason, restarts with an example in the log, and any other
 * count of a processor under `events`.
 */
function counters(metrics: Metrics, logger: Logger): (name: string, by: number) => void {
  const names = Object.keys(COUNTED) as (keyof typeof COUNTED)[]
  const made = new Map<string, Counter>(names.map(name => [name, metrics.counter(`candlewick_${name}_total`)]))
  const dead = metrics.counter('candlewick_dead_letters_total')
  const mistakes = metrics.counter('candlewick_feature_mistakes_total')
  const other = metrics.counter('candlewick_events_total')
  const countedWithExample = (name: string, by: number): boolean => {
    const [kind = ''] = name.split(':', 1)
    if (!(kind in WITH_EXAMPLE)) return false
    made.get(kind)!.inc(by)
    logger.warn({ example: name.slice(kind.length + 1) }, WITH_EXAMPLE[kind as keyof typeof WITH_EXAMPLE])
    return true
  }
  const said = new Set<string>()
  const sayOnce = (name: string) => {
    if (LOGGED_ONCE[name] === undefined || said.has(name)) return
    said.add(name)
    logger.warn(LOGGED_ONCE[name])
  }
  return (name, by) => {
    const counter = made.get(name)
    if (counter) {
      counter.inc(by)
      sayOnce(name)
    } else if (name.startsWith(DEAD_LETTERS)) dead.inc({ reason: name.slice(DEAD_LETTERS.length) }, by)
    else if (name.startsWith(FEATURE_MISTAKES)) {
      const [feature = '', problem = ''] = name.slice(FEATURE_MISTAKES.length).split(' ')
      mistakes.inc({ feature, problem }, by)
    } else if (!countedWithExample(name, by)) other.inc({ event: name }, by)
  }
}
