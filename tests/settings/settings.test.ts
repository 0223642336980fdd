import { commonVariables, type ServiceDefinition } from '@candlewick/service'
import { describe, expect, it } from 'vitest'
import { configOf } from '../../packages/service/src/definition.ts'
import { candles } from '../../services/candles/src/service.ts'
import { dashboard } from '../../services/dashboard/src/service.ts'
import { featureStore } from '../../services/feature-store/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'

/** Values of each sort of mistake. Whatever a variable is for, hardly any of these is a right value. */
const MISTAKES: Readonly<Record<string, readonly string[]>> = {
  'words and numbers of another type': ['abc', 'true', '5x', "'1'", '"1"', '1_000', '0x10', '{}', 'é', '%'],
  negative: ['-1', '-0.5', '-9999999999'],
  'too large': ['99999999999', '9'.repeat(400), '1e999', '2147483648', 'x'.repeat(300)],
  'no number': ['NaN', 'Infinity', '-Infinity', 'null', 'undefined'],
  'a number without its unit, or with another one': ['5', '1.5', '1h30', '5 m', '60 s', ' 7 '],
  'lists with empty and double entries': ['a,a', ',', 'a,,b', '1m,1m', ';', 'a,'],
  'names that Kafka does not allow': ['.', '..', 'a b', 'a/b', 'a:b', '$'],
  'addresses and times': [
    'localhost:99999',
    'localhost',
    'http://',
    'http:x',
    'ftp://x',
    '2999-01-01T00:00:00Z',
    '2026-02-30',
  ],
  'files that are not there': ['/nowhere/at/all', '/', './package.json'],
}

/** Names and secrets, for which nearly any text is right. Files among them are read when the service connects or starts. */
const ANY_TEXT = [
  ...['KAFKA_CLIENT_ID', 'STORE_PARQUET', 'STORE_REDIS_PREFIX', 'DASHBOARD_GROUPS'],
  ...['TRADES_TOPIC', 'CANDLES_TOPIC', 'TECHNICAL_INDICATORS_TOPIC', 'TOPIC_PREFIX', 'TOPIC_SUFFIX'],
  ...['CONSUMER_GROUP', 'CANDLES_GROUP', 'TECHNICAL_INDICATORS_GROUP', 'HTTP_HOST', 'DASHBOARD_HOSTS'],
  ...['STORE_POSTGRES_SCHEMA', 'REPLAY_EXCHANGE'],
]
/** Variables of another service, which checks them: this one only compares them, or only draws with them. */
const CHECKED_ELSEWHERE = [
  ...['candles PAIRS', 'trades-ingestor REPLAY_FILE'],
  ...['dashboard FEATURES', 'dashboard INDICATORS', 'dashboard INDICATORS_FILE'],
]
/** Right values among the mistakes, by variable. */
const RIGHT: Readonly<Record<string, readonly string[]>> = {
  KAFKA_SSL: ['true'],
  HTTP_PORT: ['5'],
  PARTITIONS: ['5'],
  COMMIT_INTERVAL_MS: ['5'],
  CLOSE_AFTER_IDLE_MS: ['5'],
  STORE_PARQUET_FILE_MINUTES: ['5'],
  DASHBOARD_SERIES_MAX: ['5'],
  STREAM_CLIENTS_MAX: ['5'],
  WATERMARK_GRACE_MS: ['5'],
  HISTORY_HOURS: ['5'],
  SEED_CANDLES: ['5'],
  AUDIT_EVERY_MINUTES: ['5'],
  REPLAY_SPEED: ['5', '1.5'],
  SIMULATED_SEED: ['5'],
  SIMULATED_TRADES_PER_SECOND: ['5', '1.5'],
}

const SERVICES = [
  [candles, {}],
  [technicalIndicators, {}],
  [featureStore, { STORE_POSTGRES: 'postgres://localhost/features', STORE_REDIS: 'redis://localhost' }],
  [dashboard, {}],
  [tradesIngestor, { EXCHANGE: 'simulated' }],
] as unknown as readonly (readonly [ServiceDefinition, Readonly<Record<string, string>>])[]
const COMMON = Object.keys(commonVariables)

const CASES = SERVICES.flatMap(([definition, env]) =>
  [...Object.keys(definition.config), ...COMMON].map(variable => ({ definition, env, variable })),
)

/** @returns the message with which the service ends before it connects to anything; null if it takes the setting */
function refusal(definition: ServiceDefinition, env: Record<string, string>): string | null {
  try {
    configOf(definition, env)
    return null
  } catch (error) {
    if ((error as Error).name !== 'ConfigError') throw error
    return (error as Error).message
  }
}

describe.each(CASES)('$definition.name with a wrong $variable', ({ definition, env, variable }) => {
  const own = Object.keys(definition.config)
  const values = Object.values(MISTAKES).flat()
  const refused = values.map(value => ({ value, message: refusal(definition, { ...env, [variable]: value }) }))

  it('ends with lines that name a variable and say what is wrong', () => {
    for (const { value, message } of refused)
      for (const line of message?.split('\n') ?? []) {
        const [, named = '', problem = ''] = /^([A-Z_]+)(?:=.*?)?: (.*)$/s.exec(line) ?? []
        expect([...own, ...COMMON], `${variable}=${value}: ${line}`).toContain(named)
        expect(problem.length, line).toBeGreaterThan(5)
        // The words of zod, for which nobody has written a message.
        expect(line).not.toMatch(/expected|Invalid|Too (big|small)|received/)
      }
  })

  it('takes none of the mistakes, except texts that are right', () => {
    const isFree = ANY_TEXT.includes(variable) || CHECKED_ELSEWHERE.includes(`${definition.name} ${variable}`)
    const taken = refused.filter(({ message }) => message === null).map(({ value }) => value)
    if (!isFree) expect(taken.filter(value => !RIGHT[variable]?.includes(value))).toEqual([])
    else expect(taken.length).toBeGreaterThan(0)
  })

  it('takes an empty value and spaces for the default', () => {
    for (const value of ['', '  ']) expect(refusal(definition, { ...env, [variable]: value })).toBeNull()
  })
})
