import { type DestinationStream, type Logger, pino } from 'pino'

/** Paths of secrets wherever an object with them is logged. */
const SECRETS = ['password', 'KAFKA_SASL_PASSWORD', 'sasl.password', 'ssl.key', 'config.KAFKA_SASL_PASSWORD']

/**
 * JSON lines on standard output, with the service's name and times in ISO 8601. Written at once: what is buffered when
 * the process ends would come out of order.
 */
export function createLogger(
  service: string,
  level: string,
  destination: DestinationStream = pino.destination({ dest: 1, sync: true }),
): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: SECRETS.flatMap(path => [path, `*.${path}`]),
    serializers: { error: pino.stdSerializers.err },
  }
  return pino(options, destination)
}
