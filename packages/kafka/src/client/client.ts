import type { ConnectionOptions } from 'node:tls'
import { Kafka, type KafkaConfig, type logCreator, logLevel } from 'kafkajs'
import { KafkaCluster } from './kafkajs.ts'
import { type Sasl, saslOf } from './sasl.ts'
import { socketFactory } from './sockets.ts'

export interface KafkaLogOptions {
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Called for each connection, so that renewed certificates need no restart. */
  readonly tls?: (() => ConnectionOptions) | undefined
  readonly sasl?: Sasl | undefined
  readonly sessionTimeoutMs?: number
  /** Receives problems that are retried: ours as warnings, kafkajs's on the debug level. */
  readonly report?: (level: 'debug' | 'warn', message: string, details: object) => void
}

/**
 * Time before the end of its session at which a connection authenticates again. A broker accepts a token again at most once a
 * second.
 */
const REAUTHENTICATE_MS = 3000

/** Few retries: callers retry by themselves without limit, and know what to discard. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1000, retries: 8 }

/** @returns kafkajs's client, for admin clients and for consumers, from which we use only the group membership. */
export function createClient(options: KafkaLogOptions): Kafka {
  return new Kafka(configOf(options))
}

/**
 * @param metadataMaxAgeMs time after which the partitions of the topics in use are looked up again
 * @returns connections to the brokers, without a producer or consumer of kafkajs around them
 */
export function createCluster(options: KafkaLogOptions, metadataMaxAgeMs: number): KafkaCluster {
  const config = configOf(options)
  return new KafkaCluster({
    ...config,
    logger: new Kafka(config).logger(),
    metadataMaxAge: metadataMaxAgeMs,
    allowAutoTopicCreation: false,
  })
}

function configOf(options: KafkaLogOptions) {
  const { brokers, clientId, tls, sasl, report } = options
  // These are mostly errors of attempts that succeed when they are repeated. If all attempts fail, the caller of kafkajs reports the error.
  const logger: logCreator =
    () =>
    ({ log: { message, timestamp: _, ...details } }) =>
      report?.('debug', message, details)
  return {
    brokers: [...brokers],
    clientId,
    ...(sasl && { sasl: saslOf(sasl) }),
    socketFactory: socketFactory(tls),
    logCreator: logger,
    logLevel: logLevel.WARN,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    reauthenticationThreshold: REAUTHENTICATE_MS,
    retry: RETRY,
  } satisfies KafkaConfig
}
