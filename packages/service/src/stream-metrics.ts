import type { StreamEvent, TaskStatus } from '@candlewick/streams'
import type { Logger } from 'pino'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What a stream counts by name, as `packages/streams` and the processors name it, and what it means. */
const COUNTED: Readonly<Record<string, string>> = {
  outputs: 'Records published to the output topic',
  duplicates: 'Records dropped because they were counted already',
  gaps: 'Gaps in the trades that the writer could not fill',
  silences_cut: 'Silences too long for a flat candle of every window',
  broken_sequences: 'Candles whose trades do not follow those of the candle before',
  arrivals: 'Keys that came from another partition',
  moves: 'Keys of the output sent on to another partition',
  moves_of_unknown_keys: 'Keys told to move of which nothing was known',
  handovers: 'States handed over to another partition',
  handovers_ignored: 'Handovers that came twice or for an ended tenure',
  foreign_handovers: "Handovers of another group in this group's topic",
  asks: 'Questions for a state that took long to come',
  states_lost: 'Keys whose state was lost on its way',
  tenures_lost: 'Keys that came again without having been told to leave',
  records_held: 'Records noted to be read again when their state has come',
  records_cut: 'Records that retention deleted before they were read',
  handovers_cut: 'Records of the handovers that retention deleted before they were read',
  unmarked_keys: 'Keys whose writer does not say where they go',
  controls_ignored: 'Control records for keys that are not here',
}

const DEAD_LETTERS = 'dead_letters:'

const TASK_GAUGES: readonly { name: string; help: string; value(task: TaskStatus): number }[] = [
  { name: 'lag_records', help: 'Records between the position and the end of the input', value: t => t.lag },
  { name: 'position_offset', help: 'The next offset of the input', value: t => t.position },
  { name: 'ready', help: '1 when the task is restored and running', value: t => Number(t.ready) },
  { name: 'keys', help: 'Keys whose state the task holds', value: t => t.keys },
  { name: 'handovers_awaited', help: "Keys that wait for their state's handover", value: t => t.awaiting },
]

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]

/**
 * Shows a stream in /metrics (every name begins with `candlewick_`) and in the service's logs.
 * @returns what to give the stream as `observe`
 */
export function streamMetrics(
  registry: Registry,
  logger: Logger,
  status: () => readonly TaskStatus[],
): (event: StreamEvent) => void {
  const registers = [registry]
  const counter = (name: string, help: string) => new Counter({ name: `candlewick_${name}_total`, help, registers })
  const seconds = (name: string, help: string) =>
    new Histogram({ name: `candlewick_${name}_seconds`, help, buckets: SECONDS, registers })

  taskGauges(registry, status)
  const count = counters(registry)
  const rebalances = counter('rebalances', 'Assignments of partitions')
  const revoked = counter('tasks_revoked', 'Tasks that ended because their partition went to another instance')
  const fenced = counter('tasks_fenced', 'Tasks that ended because a newer producer took their transactional id over')
  const failed = counter('tasks_failed', 'Tasks that started again after an error')
  const cut = counter('tasks_cut', 'Times that retention deleted what was to be read')
  const records = counter('records', 'Records of the input whose processing is committed')
  const written = counter('records_written', 'Records written beside the changelog')
  const transactions = seconds('transaction', 'Time from the first record to the commit of a transaction')
  const restores = seconds('restore', "Time from a partition's assignment to its task's first record")
  const restored = counter('records_restored', 'Records of the changelog read in restores')

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
          'Warmed up, unpublished, from the records that are retained',
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
          'Task failed, it is restored and goes on',
        )
      case 'cut':
        cut.inc()
        return logger.warn(
          { partition: event.partition, topic: event.topic, from: event.from, start: event.start },
          'Retention has deleted records before they were read',
        )
      case 'committed':
        transactions.observe(event.ms / 1000)
        records.inc(event.records)
        return written.inc(event.outputs)
      case 'counted':
        return count(event.name, event.by)
    }
  }
}

function taskGauges(registry: Registry, status: () => readonly TaskStatus[]): void {
  new Gauge({
    name: 'candlewick_tasks_owned',
    help: 'Partitions that this instance owns',
    registers: [registry],
    collect() {
      this.set(status().length)
    },
  })
  for (const { name, help, value } of TASK_GAUGES)
    new Gauge({
      name: `candlewick_task_${name}`,
      help,
      labelNames: ['partition'],
      registers: [registry],
      collect() {
        this.reset()
        for (const task of status()) this.set({ partition: task.partition }, value(task))
      },
    })
}

/** Counts by the table's names, dead letters by reason, and under `events` whatever else a processor counts. */
function counters(registry: Registry): (name: string, by: number) => void {
  const registers = [registry]
  const made = new Map<string, Counter>()
  for (const [name, help] of Object.entries(COUNTED))
    made.set(name, new Counter({ name: `candlewick_${name}_total`, help, registers }))
  const help = 'Records put into the dead letters'
  const dead = new Counter({ name: 'candlewick_dead_letters_total', help, labelNames: ['reason'], registers })
  const other = new Counter({
    name: 'candlewick_events_total',
    help: 'What a processor counts, by name',
    labelNames: ['event'],
    registers,
  })
  return (name, by) => {
    const counter = made.get(name)
    if (counter) counter.inc(by)
    else if (name.startsWith(DEAD_LETTERS)) dead.inc({ reason: name.slice(DEAD_LETTERS.length) }, by)
    else other.inc({ event: name }, by)
  }
}
