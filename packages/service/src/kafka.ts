import { readFileSync } from 'node:fs'
import { kafkaLog, type Log } from '@candlewick/streams'
import type { Logger } from 'pino'
import type { CommonConfig } from './config.ts'
import { ConfigError } from './config-error.ts'

/** The log that the configuration names. @throws ConfigError naming a file that cannot be read */
export function connectLog(config: CommonConfig, clientId: string, logger: Logger): Log {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = config
  const client = logger.child({ component: 'kafka' })
  return kafkaLog({
    brokers: config.KAFKA_BROKERS,
    clientId,
    ...(config.KAFKA_SSL && { ssl: tls(config) }),
    ...(mechanism && username && password && { sasl: { mechanism, username, password } }),
    report: (level, message, details) => client[level](details, message),
  })
}

function tls(config: CommonConfig) {
  const { KAFKA_SSL_CA_FILE, KAFKA_SSL_CERT_FILE, KAFKA_SSL_KEY_FILE } = config
  return {
    ...(KAFKA_SSL_CA_FILE && { ca: [pem('KAFKA_SSL_CA_FILE', KAFKA_SSL_CA_FILE)] }),
    ...(KAFKA_SSL_CERT_FILE && { cert: pem('KAFKA_SSL_CERT_FILE', KAFKA_SSL_CERT_FILE) }),
    ...(KAFKA_SSL_KEY_FILE && { key: pem('KAFKA_SSL_KEY_FILE', KAFKA_SSL_KEY_FILE) }),
  }
}

function pem(variable: string, file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError([{ variable, value: file, problem: `cannot be read (${(error as Error).message})` }])
  }
  if (!text.includes('-----BEGIN ')) throw new ConfigError([{ variable, value: file, problem: 'is not a PEM file' }])
  return text
}
