import {
  connectLog,
  createLogger,
  readConfig,
  remedyOf,
  type ServiceDefinition,
  type StartedService,
  startService,
} from '@candlewick/service'
import { vi } from 'vitest'
import type * as z from 'zod'

export interface Secured {
  readonly service: StartedService
  /** The lines of its log, JSON. */
  readonly lines: readonly string[]
  stop(): Promise<void>
}

let services = 0

/** Starts a service in this process, on topics of its own. @throws the error that keeps it from starting */
export async function startSecured<Shape extends z.ZodRawShape>(
  definition: ServiceDefinition<Shape>,
  variables: Readonly<Record<string, string>>,
  lines: string[] = [],
  signal?: AbortSignal,
): Promise<Secured> {
  const env = { TOPIC_PREFIX: `s${services++}-`, PARTITIONS: '1', ...variables }
  const config = readConfig(definition.config, env)
  const logger = createLogger(
    definition.name,
    'info',
    { write: line => lines.push(line) },
    {
      remedy: error => remedyOf(error, config),
    },
  )
  const log = connectLog(config, definition.name, logger)
  try {
    const service = await startService(definition, { env, log, logger, ...(signal && { signal }) })
    const stop = async () => {
      await service.stop()
      await log.close()
    }
    return { service, lines, stop }
  } catch (error) {
    await log.close()
    throw error
  }
}

/** Waits until the service has a restored task, which shows that its group, transactions and reads work. */
export async function untilReady({ service, lines }: Secured): Promise<void> {
  const check = () => {
    const reason = service.ready()
    if (reason !== undefined) throw new Error(`${reason}\n${lines.slice(-5).join('')}`)
  }
  await vi.waitFor(check, { timeout: 40_000, interval: 50 })
}
