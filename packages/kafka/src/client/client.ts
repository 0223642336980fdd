import type { ConnectionOptions } from 'node:tls'
import type { Kafka, logCreator } from 'kafkajs'
import { kafkajs } from './corrections.ts'
import { type Sasl, saslOf } from './sasl.ts'
import { socketFactory } from './sockets.ts'

export interface KafkaLogOptions {
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Asked at each connection, so that renewed certificates need no restart. */
  readonly tls?: (() => ConnectionOptions) | undefined
  readonly sasl?: Sasl | undefined
  readonly sessionTimeoutMs?: number
  /** What went wrong and is tried again: warnings of ours, and on the debug level what kafkajs has to say. */
  readonly report?: (level: 'debug' | 'warn', message: string, details: object) => void
}

export const METADATA_MAX_AGE_MS = 2000

/** So long before a session ends; within it, a broker takes the same token again at most once a second. */
const REAUTHENTICATE_MS = 3000

/** Retries here are short: those who call retry by themselves, for as long as it takes, and know what to discard. */
export function createClient(options: KafkaLogOptions): Kafka {
  const { brokers, clientId, tls, sasl, report } = options
  // Its errors are mostly retries that succeed: whoever calls kafkajs reports those that do not.
  const logger: logCreator =
    () =>
    ({ log: { message, timestamp: _, ...details } }) =>
      report?.('debug', message, details)
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ...(sasl && { sasl: saslOf(sasl) }),
    socketFactory: socketFactory(tls),
    logCreator: logger,
    logLevel: kafkajs.logLevel.WARN,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    reauthenticationThreshold: REAUTHENTICATE_MS,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 8 },
  })
}
