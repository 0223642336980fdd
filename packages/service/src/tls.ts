import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { ConfigError } from './config-error.ts'
import type { CommonConfig } from './variables.ts'

type Variable = 'KAFKA_SSL_CA_FILE' | 'KAFKA_SSL_CERT_FILE' | 'KAFKA_SSL_KEY_FILE'

/** Reads the configured certificates. @throws ConfigError that names an unusable file */
export function readCertificates(config: CommonConfig): SecureContextOptions {
  const ca = read(config, 'KAFKA_SSL_CA_FILE')
  const cert = read(config, 'KAFKA_SSL_CERT_FILE')
  const key = read(config, 'KAFKA_SSL_KEY_FILE')
  check(config, 'KAFKA_SSL_CA_FILE', { ca })
  check(config, 'KAFKA_SSL_CERT_FILE', { cert })
  check(config, 'KAFKA_SSL_KEY_FILE', { cert, key })
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}

function read(config: CommonConfig, variable: Variable): string | undefined {
  const value = config[variable]
  if (value === undefined) return undefined
  let text: string
  try {
    text = readFileSync(value, 'utf8')
  } catch (error) {
    throw new ConfigError([{ variable, value, problem: `cannot be read (${(error as Error).message})` }])
  }
  if (!text.includes('-----BEGIN ')) throw new ConfigError([{ variable, value, problem: 'is not a PEM file' }])
  return text
}

function check(
  config: CommonConfig,
  variable: Variable,
  options: { [name in 'ca' | 'cert' | 'key']?: string | undefined },
) {
  try {
    createSecureContext(Object.fromEntries(Object.entries(options).filter(([, text]) => text !== undefined)))
  } catch (error) {
    const { reason, message } = error as Error & { reason?: string }
    throw new ConfigError([{ variable, value: config[variable], problem: `cannot be used (${reason ?? message})` }])
  }
}
