import { kafkaLog, type Sasl } from '@candlewick/kafka'
import type { Log } from '@candlewick/streams'
import type { Logger } from 'pino'
import { ConfigError } from './config-error.ts'
import { readCertificates } from './tls.ts'
import { readToken } from './token.ts'
import type { CommonConfig } from './variables.ts'

/** Connects to the configured log. @throws ConfigError that names a file that cannot be read */
export function connectLog(config: CommonConfig, clientId: string, logger: Logger): Log {
  const client = logger.child({ component: 'kafka' })
  const sasl = saslOf(config)
  if (config.KAFKA_SSL) readCertificates(config)
  if (sasl?.mechanism === 'oauthbearer') requireToken(config.KAFKA_SASL_TOKEN_FILE ?? '')
  if (!config.KAFKA_SSL && (sasl?.mechanism === 'plain' || sasl?.mechanism === 'oauthbearer'))
    client.warn(
      `KAFKA_SASL_MECHANISM=${sasl.mechanism} without KAFKA_SSL: anyone on the network can read the secret. Set KAFKA_SSL=true`,
    )
  return kafkaLog({
    brokers: config.KAFKA_BROKERS,
    clientId,
    tls: config.KAFKA_SSL ? () => readCertificates(config) : undefined,
    sasl,
    report: (level, message, details) => client[level](details, message),
  })
}

function saslOf(config: CommonConfig): Sasl | undefined {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username = '',
    KAFKA_SASL_PASSWORD: password = '',
    KAFKA_SASL_TOKEN_FILE: file = '',
  } = config
  if (mechanism === 'oauthbearer') return { mechanism, token: () => readToken(file) }
  return mechanism && { mechanism, username, password }
}

function requireToken(value: string): void {
  try {
    readToken(value)
  } catch (error) {
    throw new ConfigError([{ variable: 'KAFKA_SASL_TOKEN_FILE', value, problem: (error as Error).message }])
  }
}
