import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ISocketFactory, Kafka, KafkaConfig, logCreator, SASLOptions } from 'kafkajs'
import { kafkajs } from './corrections.ts'

export interface KafkaLogOptions {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly ssl?: KafkaConfig['ssl']
  readonly sasl?: SASLOptions | undefined
  readonly sessionTimeoutMs?: number
  /** What went wrong and is tried again: warnings of ours, and on the debug level what kafkajs has to say. */
  readonly report?: (level: 'debug' | 'warn', message: string, details: object) => void
}

/** Nagle's algorithm is on in kafkajs, which costs up to 40 ms a round trip. */
const socketFactory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, servername: host, ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect)
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 60_000)
  return socket
}

export const METADATA_MAX_AGE_MS = 2000

/** Retries here are short: those who call retry by themselves, for as long as it takes, and know what to discard. */
export function createClient(options: KafkaLogOptions): Kafka {
  const { brokers, clientId, ssl, sasl, report } = options
  // Its errors are mostly retries that succeed: whoever calls kafkajs reports those that do not.
  const logger: logCreator =
    () =>
    ({ log: { message, timestamp: _, ...details } }) =>
      report?.('debug', message, details)
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ...(ssl && { ssl }),
    ...(sasl && { sasl }),
    socketFactory,
    logCreator: logger,
    logLevel: kafkajs.logLevel.WARN,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 8 },
  })
}
