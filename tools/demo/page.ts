import { ConfigError, createLogger, type StartedService, startService } from '@candlewick/service'
import type { Log } from '@candlewick/streams'
import { dashboardWith } from '../../services/dashboard/src/service.ts'
import type { Controlled } from './controls/controls.ts'
import { controlRoutes, SCRIPTS } from './controls/routes.ts'
import type { Warnings } from './warnings.ts'

const USUAL_PORT = '8090'

/** Runs the dashboard in this process, with the demo's controls, on its usual port, so that an open page finds it again. */
export async function startPage(
  env: Record<string, string>,
  log: Log,
  controlled: Controlled,
  warnings: Warnings,
): Promise<StartedService> {
  const logger = createLogger('dashboard', 'error', { write: line => warnings.add('dashboard', line) })
  const definition = dashboardWith({ routes: controlRoutes(controlled), scripts: SCRIPTS })
  const start = (port: string) => startService(definition, { env: { ...env, HTTP_PORT: port }, log, logger })
  try {
    return await start(portOf(env.DASHBOARD_PORT))
  } catch (error) {
    const { cause } = error as { cause?: NodeJS.ErrnoException }
    if (cause?.code !== 'EADDRINUSE') throw error
    return start('0')
  }
}

/** @returns the port of the page; an empty variable means the default. @throws ConfigError */
export function portOf(text: string | undefined): string {
  const value = text?.trim() || USUAL_PORT
  if (/^\d+$/.test(value) && Number(value) <= 65_535) return value
  throw new ConfigError([{ variable: 'DASHBOARD_PORT', value, problem: 'is not a port from 0 to 65535' }])
}
