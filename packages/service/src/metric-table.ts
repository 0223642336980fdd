import { FEATURE_STORE_METRICS } from './feature-store-metrics.ts'
import { INGESTOR_METRICS } from './ingestor-metrics.ts'
import { counter, gauge, histogram, type MetricSpec } from './metric-spec.ts'

const INGESTOR = ['trades-ingestor']
const STREAMS = ['candles', 'technical-indicators']
const ALL = [...INGESTOR, ...STREAMS, 'feature-store', 'dashboard']
const FAST_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]
const DELAY_SECONDS = [0.05, 0.1, 0.2, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 3600]

/** Counters that `packages/streams` and the processors increment by name; exported as `candlewick_NAME_total`. */
export const COUNTED = {
  outputs: ['records', 'Final candles or feature rows published to the output topic'],
  duplicates: [
    'records',
    'Input records dropped because the same trade or candle was processed before. Expected from producers that write without transactions',
  ],
  contradictions: [
    'records',
    'Trades and candles dropped because their id or window was counted already with other content. What they affect has complete: false. Check the producer for ids that restart, or for corrections under old ids',
  ],
  duplicates_not_compared: [
    'records',
    'Trades dropped because their id was counted already, and too long ago to compare their content: only the newest 32 ids of a pair are compared. Open windows that may have such a trade have complete: false. Check the producer for trades that it sends again',
  ],
  id_ranges_forgotten: [
    'ranges',
    'Ranges of counted trade ids that were forgotten, because a pair had more than 100. A trade with such an old id becomes a dead letter (stale_id), because nobody knows whether it was counted. Expected if the ids count the trades of all pairs',
  ],
  poison_records_forgotten: [
    'records',
    'Records at which the processor failed and that were forgotten, because there were more than 10,000. The processor fails at them again after a restart: upgrade the service, or correct the producer',
  ],
  gaps_joined: [
    'gaps',
    'Gaps of a pair that were joined, because more than 32 lay in open windows. The windows between joined gaps also have complete: false',
  ],
  gaps: ['gaps', 'Gaps in the trades that the ingestor could not fill. Candles of those windows have complete: false'],
  silences_shortened: [
    'silences',
    'Quiet periods of a pair longer than 200,000 base windows. The flat candles beyond that are left out, so the series has a hole there',
  ],
  broken_sequences: [
    'candles',
    'Candles whose first trade does not follow the last trade of the candle before. Trades are missing between them: check the ingestor log for gaps',
  ],
  large_states: [
    'states',
    'States of more than 512 KiB, half of the usual limit of a broker, written in several records. Each transaction writes all of them: use shorter periods of indicators, or fewer',
  ],
  series_restarted: [
    'series',
    'Series of candles with a hole, e.g. of an interval that was put back into CANDLE_INTERVALS. Their indicators start again: they are null until they are warm, and rows have complete: false until then',
  ],
  arrivals: ['keys', 'Keys that arrived from another partition after partitions were added'],
  moves: ['keys', 'Keys whose output, or whose trades, continue on another partition after partitions were added'],
  moves_of_unknown_keys: [
    'keys',
    'Move markers for keys that this partition has no state of. Expected only when retention deleted the first records of the key',
  ],
  handovers: ['keys', 'Key states sent to the partition that the key moved to'],
  handovers_ignored: [
    'records',
    'Handovers ignored because the same state had arrived before, or the key has moved on. Harmless after a restart',
  ],
  foreign_handovers: [
    'records',
    'Handovers written by another consumer group, and ignored. Two groups share one handover topic: give each its own TOPIC_PREFIX or CONSUMER_GROUP',
  ],
  asks: [
    'records',
    'Requests to the old partition for a state that has not arrived after 30 s, or at once for keys without markers. If it keeps growing, check that the old partition is processed',
  ],
  states_lost: [
    'keys',
    'Keys that started without their state because the old partition no longer had it. Their open windows have complete: false',
  ],
  residencies_lost: [
    'keys',
    'Keys that arrived again without a move marker in between. Retention deleted the marker, or another producer writes markers to the topic',
  ],
  records_skipped: [
    'records',
    'Records skipped because the state of their key has not arrived. They are read again when it has',
  ],
  records_truncated: [
    'records',
    'Input records that retention deleted before they were read. Data is lost: raise the retention of the input topic above the longest lag',
  ],
  handovers_truncated: [
    'records',
    'Handovers that retention deleted before they were read. States may be lost: raise the retention of the handover topic above the longest outage',
  ],
  unmarked_keys: ['keys', 'Keys without markers that began here: their producer writes no arrive and move records'],
  unmarked_moves: [
    'keys',
    'Keys without markers that another partition has taken over. The windows open then have complete: false. Expected after partitions were added; if it keeps growing, producers of one pair disagree about its partition',
  ],
  unmarked_keys_retired: [
    'keys',
    'Keys without markers that this partition dropped, because another partition has them. Expected once after the upgrade of a topic that has grown',
  ],
  claims: ['records', 'Requests to the task of partition 0 for keys without markers that have appeared in a partition'],
  reports_awaited: [
    'reports',
    'Times that partitions had not reported their claims to the task of partition 0 within 30 s. New keys without markers wait for these reports. The log names the partitions',
  ],
  grants_ignored: ['records', 'Repeated answers to the requests that candlewick_claims_total counts. Harmless'],
  id_jumps: [
    'trades',
    'Trades of producers without markers with an id that does not follow the id of the trade before. The windows in between have complete: false',
  ],
  controls_ignored: ['records', 'Control records ignored because this partition has no state of their key'],
} as const satisfies Record<string, readonly [unit: string, help: string]>

type CounterSpec = MetricSpec & { readonly type: 'counter' }
const counted = Object.fromEntries(
  Object.entries(COUNTED).map(([name, [unit, help]]): [string, CounterSpec] => {
    const services = name === 'moves' ? [...INGESTOR, ...STREAMS] : STREAMS
    return [`candlewick_${name}_total`, { type: 'counter', unit, help, services }]
  }),
) as Record<`candlewick_${keyof typeof COUNTED}_total`, CounterSpec>

const task = (unit: string, help: string) => gauge(unit, help, STREAMS, 'partition')

const streams = {
  candlewick_tasks_owned: gauge('partitions', 'Partitions assigned to this instance', STREAMS),
  candlewick_task_ready: task(
    'bool',
    '1 when the partition is restored and being processed, 0 while it is restored. If it stays 0, the log has the error of each attempt',
  ),
  candlewick_task_lag_records: task(
    'records',
    'Input records that are not processed yet, including records behind an open transaction of another producer. If it keeps growing, add instances, then partitions',
  ),
  candlewick_task_position_offset: task('offset', 'Offset of the next input record to process'),
  candlewick_task_keys: task('keys', 'Keys that the partition has state of'),
  candlewick_task_windows_overdue: task(
    'keys',
    'Keys with an open window that ended more than 10 s ago by the clock of this machine. Should be 0. A key without trades for an hour no longer counts',
  ),
  candlewick_task_handovers_awaited: task('keys', 'Keys whose state has not arrived from their old partition yet'),
  candlewick_task_handover_wait_seconds: task(
    'seconds',
    'Longest time that a key of this partition has been waiting for its state. Above 60 s, check that the old partition is processed',
  ),
  candlewick_output_delay_seconds: histogram(
    'seconds',
    'Time from the end of a window to the commit of its candle or feature row. Large while a task reads history',
    STREAMS,
    DELAY_SECONDS,
  ),
  candlewick_transaction_seconds: histogram(
    'seconds',
    'Duration of a transaction, from its first send to its commit. If it rises, the broker is slow',
    STREAMS,
    FAST_SECONDS,
  ),
  candlewick_restore_seconds: histogram(
    'seconds',
    'Time from the assignment of a partition to its first processed record',
    STREAMS,
    FAST_SECONDS,
  ),
  candlewick_rebalances_total: counter(
    'assignments',
    'Times that the group assigned partitions to this instance',
    STREAMS,
  ),
  candlewick_tasks_revoked_total: counter('tasks', 'Partitions that were reassigned to another instance', STREAMS),
  candlewick_tasks_fenced_total: counter(
    'tasks',
    'Tasks stopped because another producer took over their transactional id. If that repeats, a second deployment uses the same CONSUMER_GROUP, or instances freeze',
    STREAMS,
  ),
  candlewick_tasks_failed_total: counter(
    'tasks',
    'Tasks restored after an error. The log line Task failed has the error',
    STREAMS,
  ),
  candlewick_truncations_total: counter(
    'times',
    'Times that retention deleted records before a task had read them',
    STREAMS,
  ),
  candlewick_records_total: counter('records', 'Input records processed and committed', STREAMS),
  candlewick_records_written_total: counter('records', 'Records written to all topics except the changelog', STREAMS),
  candlewick_records_restored_total: counter('records', 'Changelog records read while restoring state', STREAMS),
  candlewick_dead_letters_total: counter(
    'records',
    'Input records that could not be processed and were written to dead-letters. Their headers name source and reason',
    STREAMS,
    {
      reason: ['malformed', 'late', 'stale_id', 'future', 'unmarked', 'failed'],
    },
  ),
  candlewick_feature_mistakes_total: counter(
    'values',
    "Values of users' features that are null because the feature failed: it threw an exception, returned a result of the wrong shape, NaN or Infinity, or kept a state that JSON cannot hold. The log has pair, window and problem",
    STREAMS,
    { feature: [], problem: [] },
  ),
  candlewick_events_total: counter('events', 'Other events that a processor counts, by name', STREAMS, { event: [] }),
  ...counted,
}

const all = {
  candlewick_log_lines_lost_total: counter(
    'lines',
    'Log lines that could not be written. The disk under the log is full, or nobody reads standard output; the service itself continues',
    ALL,
  ),
}

/** Every metric of the services by its full name. prom-client adds the metrics of the process. */
export const METRICS = {
  ...all,
  ...streams,
  ...INGESTOR_METRICS,
  ...FEATURE_STORE_METRICS,
} satisfies Record<string, MetricSpec>
export type MetricName = keyof typeof METRICS
