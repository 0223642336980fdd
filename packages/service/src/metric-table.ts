/** One metric: the only place that names and explains it; code, docs/metrics.md, dashboard and alerts read it. */
export interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** What one of it is, e.g. records or seconds. */
  readonly unit: string
  readonly help: string
  /** Which services show it. */
  readonly services: readonly string[]
  /** Beside `service` and `group`, which all have: each label's values as far as they are known, shown from the start. */
  readonly labels?: Readonly<Record<string, readonly string[]>>
  /** Of a histogram: the upper bounds. */
  readonly buckets?: readonly number[]
}

const INGESTOR = ['trades-ingestor']
const STREAMS = ['candles', 'technical-indicators']
const FAST_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]
const SLOW_SECONDS = [0.1, 0.3, 1, 3, 10, 30, 60, 300, 900]
const DELAY_SECONDS = [0.05, 0.1, 0.2, 0.5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 3600]
const TRADES = [1, 3, 10, 30, 100, 300, 1000, 10_000, 100_000]

/** What a stream counts by name, as `packages/streams` and the processors name it: `candlewick_NAME_total`. */
export const COUNTED = {
  outputs: ['records', 'Records published to the output topic'],
  duplicates: ['records', 'Records dropped because they were counted already'],
  gaps: ['gaps', 'Gaps in the trades that the writer could not fill'],
  silences_cut: ['silences', 'Silences too long for a flat candle of every window'],
  broken_sequences: ['candles', 'Candles whose trades do not follow those of the candle before'],
  arrivals: ['keys', 'Keys that came from another partition'],
  moves: ['keys', 'Keys sent on to another partition: of the output, or by the ingestor of the trades'],
  moves_of_unknown_keys: ['keys', 'Keys told to move of which nothing was known'],
  handovers: ['keys', 'States handed over to another partition'],
  handovers_ignored: ['records', 'Handovers that came twice or for an ended tenure'],
  foreign_handovers: ['records', "Handovers of another group in this group's topic"],
  asks: ['records', 'Questions for a state that took long to come'],
  states_lost: ['keys', 'Keys whose state was lost on its way'],
  tenures_lost: ['keys', 'Keys that came again without having been told to leave'],
  records_held: ['records', 'Records noted to be read again when their state has come'],
  records_cut: ['records', 'Records that retention deleted before they were read'],
  handovers_cut: ['records', 'Records of the handovers that retention deleted before they were read'],
  unmarked_keys: ['keys', 'Keys whose writer does not say where they go'],
  controls_ignored: ['records', 'Control records for keys that are not here'],
} as const satisfies Record<string, readonly [unit: string, help: string]>

type CounterSpec = MetricSpec & { readonly type: 'counter' }
const counted = Object.fromEntries(
  Object.entries(COUNTED).map(([name, [unit, help]]): [string, CounterSpec] => {
    const services = name === 'moves' ? [...INGESTOR, ...STREAMS] : STREAMS
    return [`candlewick_${name}_total`, { type: 'counter', unit, help, services }]
  }),
) as Record<`candlewick_${keyof typeof COUNTED}_total`, CounterSpec>

const gauge = (unit: string, help: string, services: readonly string[], ...labels: string[]) =>
  ({ type: 'gauge', unit, help, services, labels: Object.fromEntries(labels.map(name => [name, []])) }) as const
const counter = (unit: string, help: string, services: readonly string[], labels: MetricSpec['labels'] = {}) =>
  ({ type: 'counter', unit, help, services, labels }) as const
const histogram = (unit: string, help: string, services: readonly string[], buckets: readonly number[]) =>
  ({ type: 'histogram', unit, help, services, buckets }) as const

const task = (unit: string, help: string) => gauge(unit, help, STREAMS, 'partition')

const streams = {
  candlewick_tasks_owned: gauge('partitions', 'Partitions that this instance owns', STREAMS),
  candlewick_task_ready: task('bool', '1 when the task is restored and running'),
  candlewick_task_lag_records: task('records', 'Records between the position and the end of the input'),
  candlewick_task_position_offset: task('offset', 'The next offset of the input'),
  candlewick_task_keys: task('keys', 'Keys whose state the task holds'),
  candlewick_task_windows_overdue: task(
    'keys',
    'Keys whose next candle should have been there more than 10 s ago by this clock; after an hour none is awaited any more',
  ),
  candlewick_task_handovers_awaited: task('keys', "Keys that wait for their state's handover"),
  candlewick_task_handover_wait_seconds: task('seconds', 'How long the longest of them has been waiting here'),
  candlewick_output_delay_seconds: histogram(
    'seconds',
    "From a window's end to the commit of what it gave; large while history is read",
    STREAMS,
    DELAY_SECONDS,
  ),
  candlewick_transaction_seconds: histogram('seconds', 'Time of a transaction, to its commit', STREAMS, FAST_SECONDS),
  candlewick_restore_seconds: histogram(
    'seconds',
    "Time from a partition's assignment to its task's first record",
    STREAMS,
    FAST_SECONDS,
  ),
  candlewick_rebalances_total: counter('assignments', 'Assignments of partitions', STREAMS),
  candlewick_tasks_revoked_total: counter('tasks', 'Tasks that ended as another instance got their partition', STREAMS),
  candlewick_tasks_fenced_total: counter(
    'tasks',
    'Tasks that ended because a newer producer took their transactional id over',
    STREAMS,
  ),
  candlewick_tasks_failed_total: counter('tasks', 'Tasks that started again after an error', STREAMS),
  candlewick_tasks_cut_total: counter('times', 'Times that retention deleted what was to be read', STREAMS),
  candlewick_records_total: counter('records', 'Records of the input whose processing is committed', STREAMS),
  candlewick_records_written_total: counter('records', 'Records written beside the changelog', STREAMS),
  candlewick_records_restored_total: counter('records', 'Records of the changelog read in restores', STREAMS),
  candlewick_dead_letters_total: counter('records', 'Records put into the dead letters, by why', STREAMS, {
    reason: ['malformed', 'late', 'stale_id', 'future', 'unmarked', 'failed'],
  }),
  candlewick_events_total: counter('events', 'What else a processor counts, by name', STREAMS, { event: [] }),
  ...counted,
}

const ingestor = {
  candlewick_trades_total: counter('trades', 'Trades written', INGESTOR, { pair: [] }),
  candlewick_trades_duplicate_total: counter('trades', 'Trades that came again and were dropped', INGESTOR),
  candlewick_trades_buffered: gauge('trades', 'Trades that wait for a gap before them to be filled', INGESTOR),
  candlewick_seconds_since_message: gauge(
    'seconds',
    'Time since the last message of a connection to the exchange',
    INGESTOR,
    'connection',
  ),
  candlewick_exchange_messages_total: counter('messages', "The exchange's messages, by what they mean", INGESTOR, {
    type: [],
  }),
  candlewick_exchange_messages_missed_total: counter(
    'messages',
    'Messages that the exchange numbered and that did not arrive',
    INGESTOR,
  ),
  candlewick_exchange_clock_offset_seconds: gauge(
    'seconds',
    "The exchange's time less this machine's; absent before the exchange told any",
    INGESTOR,
  ),
  candlewick_reconnects_total: counter('connections', 'Connections to the exchange that were lost', INGESTOR, {
    connection: [],
  }),
  candlewick_pairs_lost: gauge('pairs', 'Pairs whose feed is lost or has a gap that is being filled', INGESTOR),
  candlewick_pairs_refused: gauge('pairs', 'Pairs that the exchange does not give out', INGESTOR),
  candlewick_gap_trades: histogram('trades', "Trades of a gap, filled from the exchange's history", INGESTOR, TRADES),
  candlewick_gap_fill_seconds: histogram(
    'seconds',
    'Time from noticing a gap to having filled it',
    INGESTOR,
    SLOW_SECONDS,
  ),
  candlewick_gaps_unfillable_total: counter('gaps', 'Gaps that the exchange could not fill', INGESTOR, { pair: [] }),
  candlewick_trades_unfillable_total: counter('trades', 'Trades in such gaps', INGESTOR, { pair: [] }),
  candlewick_history_failures_total: counter('requests', "Questions to the exchange's history that failed", INGESTOR),
  candlewick_write_seconds: histogram('seconds', 'Time of a transaction with trades', INGESTOR, FAST_SECONDS),
  candlewick_write_failures_total: counter('transactions', 'Transactions that failed and were tried again', INGESTOR),
  candlewick_candles_compared_with_exchange_total: counter(
    'candles',
    "Candles compared with the exchange's own (AUDIT_EVERY_MINUTES)",
    INGESTOR,
    { pair: [] },
  ),
  candlewick_candles_differing_from_exchange_total: counter(
    'candles',
    "Candles that are not what the exchange's own are",
    INGESTOR,
    { pair: [] },
  ),
}

/** Every metric of ours by its full name; prom-client adds the process's own. */
export const METRICS = { ...streams, ...ingestor } satisfies Record<string, MetricSpec>
export type MetricName = keyof typeof METRICS
