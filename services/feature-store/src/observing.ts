import { metricsOf, type ServiceContext } from '@candlewick/service'
import type { Gauge } from 'prom-client'
import type { SinkEvent } from './events.ts'
import type { SinkTask } from './sink-task.ts'

interface Running {
  readonly store: string
  readonly partition: number
  readonly task: SinkTask
}

/** Shows the tasks in /metrics and in the service's logs. @returns the tasks' `observe` callback */
export function observing(
  registry: ServiceContext['metrics'],
  logger: ServiceContext['logger'],
  tasks: () => readonly Running[],
): (event: SinkEvent) => void {
  const metrics = metricsOf(registry)
  const rows = metrics.counter('candlewick_store_rows_total')
  const failures = metrics.counter('candlewick_store_failures_total')
  const deadLetters = metrics.counter('candlewick_store_dead_letters_total')
  const truncated = metrics.counter('candlewick_store_offsets_truncated_total')
  const ofEach = (value: (task: SinkTask) => number | undefined) => (gauge: Gauge) => {
    gauge.reset()
    for (const { store, partition, task } of tasks()) {
      const now = value(task)
      if (now !== undefined) gauge.set({ store, partition }, now)
    }
  }
  metrics.gauge(
    'candlewick_store_lag_records',
    ofEach(({ position, end }) => (position === undefined ? undefined : Math.max(0, end - position))),
  )
  metrics.gauge(
    'candlewick_store_up',
    ofEach(task => Number(task.problem === undefined)),
  )
  return event => {
    const { type: _, ...details } = event
    switch (event.type) {
      case 'stored':
        return rows.inc({ store: event.store }, event.rows)
      case 'failed':
        failures.inc({ store: event.store })
        return logger.error(
          { store: event.store, partition: event.partition, error: event.error, retry_in_ms: event.retryInMs },
          `${event.store} cannot be written, trying again: ${(event.error as Error).message}`,
        )
      case 'truncated':
        truncated.inc({ store: event.store }, event.start - event.from)
        return logger.error(
          details,
          `Retention deleted rows before ${event.store} had stored them: it lacks the rows before offset ${event.start}. Raise the retention of the topic, and compute the rows with npm run compute`,
        )
      case 'begins':
        return logger.info(
          details,
          `${event.store} is new and begins at offset ${event.start}: retention has deleted the earlier records`,
        )
      case 'dead_letter':
        deadLetters.inc({ store: event.store })
        return logger.warn(
          { store: event.store, reason: event.reason, example: details },
          `A row that ${event.store} cannot take went to the dead letters: ${event.detail}`,
        )
    }
  }
}
