import type { Log } from '@candlewick/streams'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import type * as z from 'zod'
import { untilAnswered } from './broker.ts'
import { configOf, type RunningService, type ServiceDefinition } from './definition.ts'
import type { Env } from './env.ts'
import { addHealth } from './health.ts'
import { httpServer, listen } from './http-server.ts'
import type { LogOutput } from './log-output.ts'
import { metricsOf } from './metrics.ts'
import { groupOf, topicsOf } from './names.ts'
import { Releasers } from './releasers.ts'
import { openTracing } from './tracing.ts'

export interface Surroundings {
  readonly env: Env
  /** The log; the caller closes it after the service has stopped. */
  readonly log: Log
  readonly logger: Logger
  /** The output of the logger, if it can lose lines. */
  readonly logOutput?: Pick<LogOutput, 'onLost'>
  /** Removes secrets from an answer. */
  readonly hide?: (text: string) => string
  /** Aborts a start that waits, e.g. for an unreachable broker. */
  readonly signal?: AbortSignal
}

export interface StartedService {
  /** URL of /healthz, /readyz and /metrics. */
  readonly url: string
  readonly metrics: Registry
  ready(): string | undefined
  /** Safe to call twice. */
  stop(): Promise<void>
  readonly done?: Promise<void>
}

/**
 * Starts a service inside this process: its HTTP server first, which answers "not ready" while the service waits for the
 * broker. @throws ConfigError that names every wrong variable; any other error that keeps the service from starting
 */
export async function startService<Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
  { env, log, logger, logOutput, hide = text => text, signal = new AbortController().signal }: Surroundings,
): Promise<StartedService> {
  const config = configOf(definition, env)
  const metrics = new Registry()
  const topics = topicsOf(config)
  const group = groupOf(definition.name, config)
  metrics.setDefaultLabels({ service: definition.name, group })
  const linesLost = metricsOf(metrics).counter('candlewick_log_lines_lost_total')
  logOutput?.onLost(lines => linesLost.inc(lines))

  const releasers = new Releasers()
  let running: RunningService | undefined
  let waitingFor: string | undefined = `no answer yet from Kafka at ${config.KAFKA_BROKERS.join(', ')}`
  const ready = () => {
    const reason = waitingFor ?? running?.ready()
    return reason && hide(reason)
  }
  try {
    const http = httpServer({
      failed: error => logger.error({ error }, 'A request could not be answered'),
      dropped: () =>
        logger.warn({ connections: http.server.maxConnections }, 'Dropped an HTTP connection: the limit is reached'),
    })
    releasers.add(() => http.close())
    addHealth(http, { ready, metrics })
    const { name } = definition
    const tracing = await openTracing(name, config, message => logger.warn({ component: 'tracing' }, message))
    releasers.add(() => tracing?.close())
    const common = { name, config, group, log, logger, tracing, metrics, topics, signal }
    const open = async () => {
      const url = await listen(http, config)
      logger.info({ url }, `Health and metrics at ${url}`)
      return url
    }
    let url: string
    if ('serve' in definition) {
      running = await definition.serve({ ...common, http })
      releasers.add(() => running?.stop())
      url = await open()
    } else {
      url = await open()
      const waiting = (reason: string) => {
        waitingFor = reason
      }
      const context = { ...common, httpUrl: url, waiting }
      // The request names no topic, because a service may lack the right to describe some.
      await untilAnswered(context, () => log.topics.partitions([]))
      waitingFor = 'starting'
      running = await definition.start(context)
      releasers.add(() => running?.stop())
    }
    waitingFor = undefined
    releasers.add(() => {
      waitingFor = 'stopping'
    })
    const stop = () => releasers.release()
    return { url, metrics, ready, stop, ...(running.done && { done: running.done }) }
  } catch (error) {
    await releasers.release()
    throw error
  }
}
