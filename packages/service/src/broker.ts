import { setTimeout as sleep } from 'node:timers/promises'
import { refusalOf } from '@candlewick/kafka'
import type { TopicSpec } from '@candlewick/market-data'
import { ConfigError } from './config-error.ts'
import type { ServiceContext } from './definition.ts'
import { misconfigured, remedyOf } from './refusal.ts'

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 10_000

type Asking = Pick<ServiceContext, 'config' | 'log' | 'logger' | 'signal'> & Partial<Pick<ServiceContext, 'waiting'>>

/**
 * Creates missing topics, with `PARTITIONS` partitions unless the table fixes another number. Waits while the broker is
 * unreachable.
 */
export async function ensureTopics(context: Asking, specs: readonly TopicSpec[]): Promise<void> {
  const wanted = specs.map(({ name, partitions = context.config.PARTITIONS, config }) => ({ name, partitions, config }))
  await untilAnswered(context, () => context.log.topics.create(wanted))
}

/**
 * Waits for a service's end. @throws ConfigError if a setting has caused the error, such as the consumer group of another
 * service
 */
export function orConfigError(done: Promise<void>, config: ServiceContext['config']): Promise<void> {
  const mapped = done.catch(error => {
    const problem = misconfigured(error, config)
    throw problem ? new ConfigError([problem]) : error
  })
  mapped.catch(() => {})
  return mapped
}

/**
 * Repeats a request, with a capped backoff, until the broker answers it.
 * @throws ConfigError that names the problem if the broker refuses the connection; the signal's reason if aborted
 */
export async function untilAnswered<T>(asking: Asking, ask: () => Promise<T>): Promise<T> {
  const { config, logger, signal, waiting } = asking
  for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(2 * delayMs, LAST_RETRY_MS)) {
    signal.throwIfAborted()
    try {
      return await ask()
    } catch (error) {
      const problem = misconfigured(error, config)
      if (problem) throw new ConfigError([problem])
      const brokers = config.KAFKA_BROKERS.join(', ')
      const failing = refusalOf(error)?.kind === 'denied' ? 'does not allow this' : 'does not answer'
      const remedy = remedyOf(error, config)
      const message = `${(error as Error).message}${remedy ? ` (${remedy})` : ''}`
      waiting?.(`no answer yet from Kafka at ${brokers}: ${message}`)
      // A broker that was just started needs a moment, so the first attempts give no warning.
      const level = delayMs === FIRST_RETRY_MS ? 'info' : 'error'
      logger[level]({ brokers, retry_in_ms: delayMs }, `Kafka at ${brokers} ${failing}, trying again: ${message}`)
      await sleep(delayMs, undefined, { signal })
    }
  }
}
