import { type DestinationStream, type Logger, pino } from 'pino'
import { throttleWarnings } from './log-throttling.ts'

/** Paths of secrets wherever an object with them is logged. */
const SECRETS = ['password', 'KAFKA_SASL_PASSWORD', 'sasl.password', 'ssl.key', 'config.KAFKA_SASL_PASSWORD']

export interface LoggerOptions {
  /** Takes out of a line what nobody may read. */
  readonly hide?: (line: string) => string
  /** @returns what to do about an error, where that is known: logged with it. */
  readonly remedy?: (error: unknown) => string | undefined
}

/**
 * JSON lines on standard output, with the service's name and times in ISO 8601. Written at once: what is buffered when
 * the process ends would come out of order.
 */
export function createLogger(
  service: string,
  level: string,
  destination: DestinationStream = pino.destination({ dest: 1, sync: true }),
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
