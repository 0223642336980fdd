import { config as dotenv } from 'dotenv'
import * as z from 'zod'
import { ConfigError, type Problem } from './config-error.ts'
import type { Env } from './env.ts'
import { topicProblems } from './topic-problems.ts'
import { Common, type CommonConfig } from './variables.ts'

/** Adds the variables of the working directory's `.env` to the environment, except variables that are set there already. */
export function readDotenv(env: Env): void {
  dotenv({ processEnv: env, quiet: true })
}

/** A service's environment variables by their names, validated. */
export type Config<Shape extends z.ZodRawShape> = CommonConfig & z.infer<z.ZodObject<Shape>>

/**
 * Reads the common variables and the service's own; an empty variable counts as absent.
 * @throws ConfigError that names every wrong variable
 */
export function readConfig<Shape extends z.ZodRawShape>(own: Shape, env: Env): Config<Shape> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()))
  const common = Common.safeParse(present)
  const special = z.object(own).safeParse(present)
  const problems = [...problemsOf(common, present), ...problemsOf(special, present)]
  if (common.success) problems.push(...contradictions(common.data), ...topicProblems(common.data))
  if (!common.success || !special.success || problems.length > 0) throw new ConfigError(problems)
  return { ...common.data, ...special.data }
}

function problemsOf(result: z.ZodSafeParseResult<unknown>, env: Env): Problem[] {
  return (result.error?.issues ?? []).map(({ path: [variable, index], message }) => {
    const name = String(variable)
    const value = env[name]
    if (value === undefined) return { variable: name, problem: 'is missing' }
    const wrong = typeof index === 'number' ? value.split(',')[index]?.trim() : value
    return { variable: name, value: wrong, problem: message }
  })
}

/** Variables that only make sense together. */
function contradictions(config: CommonConfig): Problem[] {
  const needs = (present: keyof CommonConfig, missing: keyof CommonConfig): Problem[] =>
    config[present] && !config[missing] ? [{ variable: missing, problem: `is missing: ${present} needs it` }] : []
  const credentials =
    config.KAFKA_SASL_MECHANISM === 'oauthbearer'
      ? needs('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_TOKEN_FILE')
      : [
          ...needs('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME'),
          ...needs('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_PASSWORD'),
        ]
  return [
    ...credentials,
    ...(config.KAFKA_SASL_USERNAME
      ? needs('KAFKA_SASL_USERNAME', 'KAFKA_SASL_MECHANISM')
      : needs('KAFKA_SASL_PASSWORD', 'KAFKA_SASL_MECHANISM')),
    ...needs('KAFKA_SASL_TOKEN_FILE', 'KAFKA_SASL_MECHANISM'),
    ...needs('KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'),
    ...needs('KAFKA_SSL_KEY_FILE', 'KAFKA_SSL_CERT_FILE'),
    ...needs('KAFKA_SSL_CA_FILE', 'KAFKA_SSL'),
    ...needs('KAFKA_SSL_CERT_FILE', 'KAFKA_SSL'),
  ]
}
