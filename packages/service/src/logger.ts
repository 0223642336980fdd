import { type DestinationStream, type Logger, pino } from 'pino'
import { LogOutput } from './log-output.ts'
import { throttleWarnings } from './log-throttling.ts'

/** Paths of secrets in logged objects. */
const SECRETS = ['password', 'KAFKA_SASL_PASSWORD', 'sasl.password', 'ssl.key', 'config.KAFKA_SASL_PASSWORD']

export interface LoggerOptions {
  /** Removes secrets from a line. */
  readonly hide?: (line: string) => string
  /** @returns the remedy of an error, which is logged with it; undefined if none is known. */
  readonly remedy?: (error: unknown) => string | undefined
}

/** @returns standard output for a service's log, which survives a full disk and a closed pipe. */
export function logOutputOf(service: string): LogOutput {
  const lost = (lines: number, reason: string) => ({
    level: 'error',
    time: new Date().toISOString(),
    service,
    lines,
    msg: `${lines} lines of this log could not be written: ${reason}`,
  })
  return new LogOutput((lines, reason) => `${JSON.stringify(lost(lines, reason))}\n`)
}

/** @returns a logger of JSON lines with the service's name and times in ISO 8601. */
export function createLogger(
  service: string,
  level: string,
  destination: DestinationStream = logOutputOf(service),
  { hide = line => line, remedy = () => undefined }: LoggerOptions = {},
): Logger {
  const serialized = (error: Error) => {
    const fields = pino.stdSerializers.err(error)
    const todo = remedy(error)
    return todo === undefined ? fields : { ...fields, remedy: todo }
  }
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      redact: SECRETS.flatMap(path => [path, `*.${path}`]),
      serializers: { error: serialized },
      hooks: { logMethod: throttleWarnings(), streamWrite: hide },
    },
    destination,
  )
}
