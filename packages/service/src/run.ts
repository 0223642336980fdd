import closeWithGrace from 'close-with-grace'
import { collectDefaultMetrics } from 'prom-client'
import type * as z from 'zod'
import { readDotenv } from './config.ts'
import { ConfigError } from './config-error.ts'
import { configOf, type ServiceDefinition } from './definition.ts'
import type { Env } from './env.ts'
import { connectLog } from './kafka.ts'
import { createLogger, logOutputOf } from './logger.ts'
import { remedyOf } from './refusal.ts'
import { Releasers } from './releasers.ts'
import { hiderOf } from './secrets.ts'
import { startService } from './start.ts'
import { commonVariables } from './variables.ts'

/** A service that does not stop within this time is killed. */
const SHUTDOWN_MS = 8000

/**
 * A service's whole `main`: reads `.env` and the configuration, connects to Kafka, and runs until SIGTERM, SIGINT or the
 * service's own end (exit code 0), or until an error that it cannot continue after (exit code 1). @param env `process.env`,
 * to which the variables of `.env` are added
 */
export async function runService<Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
  env: Env,
  connect = connectLog,
): Promise<void> {
  readDotenv(env)
  try {
    await run(definition, env, connect)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${definition.name} cannot start, its configuration is wrong:\n${error.message}\n`)
    process.exit(1)
  }
}

async function run<Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
  env: Env,
  connect: typeof connectLog,
): Promise<void> {
  const config = configOf(definition, env)
  const hide = hiderOf(env, [...Object.keys(commonVariables), ...Object.keys(definition.config)])
  const logOutput = logOutputOf(definition.name)
  // Node and libraries write warnings to stderr: a closed pipe there must not end the service.
  process.stderr.on('error', () => {})
  const logger = createLogger(definition.name, config.LOG_LEVEL, logOutput, {
    hide,
    remedy: error => remedyOf(error, config),
  })
  const log = connect(config, config.KAFKA_CLIENT_ID ?? definition.name, logger)
  const releasers = new Releasers()
  const stopping = new AbortController()
  releasers.add(() => log.close())

  const shutdown = closeWithGrace({ delay: SHUTDOWN_MS, logger }, async ({ err, signal }) => {
    if (err) logger.fatal({ error: err }, `Ends after an error: ${err.message}`)
    else logger.info(signal ? `Stops on ${signal}` : 'Stops')
    stopping.abort(new Error('told to stop'))
    await releasers.release()
    logger.info('Stopped')
  })
  try {
    const service = await startService(definition, { env, log, logger, logOutput, hide, signal: stopping.signal })
    releasers.add(() => service.stop())
    collectDefaultMetrics({ register: service.metrics })
    logger.info({ url: service.url }, 'Started')
    await service.done
    if (service.done && !stopping.signal.aborted) shutdown.close()
  } catch (error) {
    if (stopping.signal.aborted) return
    if (error instanceof ConfigError) shutdown.uninstall()
    throw error
  }
}
