import { expect, it } from 'vitest'
import * as z from 'zod'
import { commonVariables, readConfig } from '../src/index.ts'

const messageOf = (env: Record<string, string>, own = {}): string => {
  try {
    readConfig(own, env)
  } catch (error) {
    return (error as Error).message
  }
  return 'accepted'
}

it('has a default for everything', () => {
  expect(readConfig({}, {})).toEqual({
    KAFKA_BROKERS: ['localhost:9092'],
    KAFKA_SSL: false,
    TRADES_TOPIC: 'trades',
    CANDLES_TOPIC: 'candles',
    TECHNICAL_INDICATORS_TOPIC: 'technical-indicators',
    CANDLES_GROUP: 'candles',
    TECHNICAL_INDICATORS_GROUP: 'technical-indicators',
    TOPIC_PREFIX: '',
    TOPIC_SUFFIX: '',
    PARTITIONS: 3,
    LOG_LEVEL: 'info',
    HTTP_PORT: 0,
    HTTP_HOST: '127.0.0.1',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_TRACES_SAMPLER_ARG: 1,
    CANDLE_INTERVALS: ['1m', '5m', '15m', '1h'],
  })
})

it('reads lists, numbers and truth values, and treats an empty variable as absent', () => {
  const config = readConfig(
    {},
    { KAFKA_BROKERS: 'a:1, [::1]:2', KAFKA_SSL: 'TRUE', PARTITIONS: '12', TOPIC_PREFIX: '', LOG_LEVEL: ' ' },
  )
  expect(config).toMatchObject({ KAFKA_BROKERS: ['a:1', '[::1]:2'], KAFKA_SSL: true, PARTITIONS: 12 })
  expect(config).toMatchObject({ TOPIC_PREFIX: '', LOG_LEVEL: 'info' })
})

it.each(['127.0.0.1', '0.0.0.0', '::', '::1', 'fe80::1%eth0', 'localhost', 'my-host.example', 'a_b'])(
  'takes HTTP_HOST=%s',
  HTTP_HOST => {
    expect(readConfig({}, { HTTP_HOST }).HTTP_HOST).toBe(HTTP_HOST)
  },
)

it('accepts a SASL mechanism in upper and lower case', () => {
  const sasl = { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }
  expect(readConfig({}, sasl).KAFKA_SASL_MECHANISM).toBe('scram-sha-512')
})

const TOO_LONG = 'x'.repeat(151)
const WRONG: readonly [string, string, string][] = [
  ['KAFKA_BROKERS', 'a:9092,localhost', 'KAFKA_BROKERS=localhost: is not host:port'],
  ['KAFKA_BROKERS', 'http://a:9092', 'KAFKA_BROKERS=http://a:9092: is not host:port'],
  ['KAFKA_BROKERS', 'a:9092,localhost:99999', 'KAFKA_BROKERS=localhost:99999: has no port from 1 to 65535'],
  ['KAFKA_BROKERS', '[::1]:0', 'KAFKA_BROKERS=[::1]:0: has no port from 1 to 65535'],
  ['KAFKA_BROKERS', 'a:1,a:1', 'KAFKA_BROKERS=a:1,a:1: names something twice'],
  ['KAFKA_CLIENT_ID', 'my client', 'KAFKA_CLIENT_ID=my client: may hold only letters'],
  ['KAFKA_SSL', 'maybe', 'KAFKA_SSL=maybe: is neither true nor false'],
  ['KAFKA_SSL_CA_FILE', '/ca.pem', 'KAFKA_SSL: is missing: KAFKA_SSL_CA_FILE needs it'],
  ['KAFKA_SSL_CERT_FILE', '/c.pem', 'KAFKA_SSL_KEY_FILE: is missing: KAFKA_SSL_CERT_FILE needs it'],
  ['KAFKA_SSL_KEY_FILE', '/k.pem', 'KAFKA_SSL_CERT_FILE: is missing: KAFKA_SSL_KEY_FILE needs it'],
  [
    'KAFKA_SASL_MECHANISM',
    'oauth',
    'KAFKA_SASL_MECHANISM=oauth: is not plain, scram-sha-256, scram-sha-512 or oauthbearer',
  ],
  ['KAFKA_SASL_MECHANISM', 'plain', 'KAFKA_SASL_PASSWORD: is missing: KAFKA_SASL_MECHANISM needs it'],
  ['KAFKA_SASL_MECHANISM', 'oauthbearer', 'KAFKA_SASL_TOKEN_FILE: is missing: KAFKA_SASL_MECHANISM needs it'],
  ['KAFKA_SASL_TOKEN_FILE', '/token', 'KAFKA_SASL_MECHANISM: is missing: KAFKA_SASL_TOKEN_FILE needs it'],
  ['KAFKA_SASL_PASSWORD', 'p', 'KAFKA_SASL_MECHANISM: is missing: KAFKA_SASL_PASSWORD needs it'],
  ['KAFKA_SASL_USERNAME', 'u', 'KAFKA_SASL_MECHANISM: is missing: KAFKA_SASL_USERNAME needs it'],
  ['TRADES_TOPIC', '..', 'TRADES_TOPIC=..: makes a topic named "..", which Kafka does not allow'],
  ['TRADES_TOPIC', '.', 'TRADES_TOPIC=.: makes a topic named ".", which Kafka does not allow'],
  ['TRADES_TOPIC', 'candles', 'CANDLES_TOPIC=candles: names the topic candles, as TRADES_TOPIC does'],
  ['CANDLES_TOPIC', 'trades', 'CANDLES_TOPIC=trades: names the topic trades, as TRADES_TOPIC does'],
  ['CANDLES_TOPIC', 'dead-letters', 'names the topic dead-letters, as a topic with a fixed name does'],
  ['TRADES_TOPIC', 'candles-live', 'names the topic candles-live, as TRADES_TOPIC does'],
  [
    'TECHNICAL_INDICATORS_TOPIC',
    'candles-changelog',
    'names the topic candles-changelog, as TECHNICAL_INDICATORS_TOPIC',
  ],
  ['TECHNICAL_INDICATORS_GROUP', 'candles', 'names the topic candles-changelog, as CANDLES_GROUP does'],
  ['TRADES_TOPIC', 'a/b', 'TRADES_TOPIC=a/b: may hold only letters'],
  ['CANDLES_TOPIC', 'a b', 'CANDLES_TOPIC=a b: may hold only letters'],
  ['TECHNICAL_INDICATORS_TOPIC', TOO_LONG, 'is longer than 150 characters'],
  ['TOPIC_PREFIX', 'é-', 'TOPIC_PREFIX=é-: may hold only letters'],
  ['TOPIC_SUFFIX', 'é-', 'TOPIC_SUFFIX=é-: may hold only letters'],
  ['PARTITIONS', '0', 'PARTITIONS=0: is less than 1'],
  ['PARTITIONS', '1.5', 'PARTITIONS=1.5: is not a whole number'],
  ['LOG_LEVEL', 'loud', 'LOG_LEVEL=loud: is not trace, debug, info'],
  ['HTTP_PORT', '70000', 'HTTP_PORT=70000: is more than 65535'],
  ['HTTP_PORT', 'http', 'HTTP_PORT=http: is not a whole number'],
  ['HTTP_HOST', 'localhost:8080', 'HTTP_HOST=localhost:8080: is not a host name or address without a port'],
  ['HTTP_HOST', 'http://a', 'HTTP_HOST=http://a: is not a host name or address without a port'],
  ['CONSUMER_GROUP', 'a b', 'CONSUMER_GROUP=a b: may hold only letters'],
  ['CANDLES_GROUP', 'a b', 'CANDLES_GROUP=a b: may hold only letters'],
  ['TECHNICAL_INDICATORS_GROUP', TOO_LONG, 'is longer than 150 characters'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'is not a URL like http://localhost:4318'],
  ['OTEL_TRACES_SAMPLER', 'some', 'OTEL_TRACES_SAMPLER=some: is not always_on, always_off'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'OTEL_TRACES_SAMPLER_ARG=1.5: is not a number from 0 to 1'],
  ['CANDLE_INTERVALS', '1m,7m', 'CANDLE_INTERVALS=7m: is not an interval'],
  ['CANDLE_INTERVALS', '1m,1m', 'CANDLE_INTERVALS=1m,1m: names something twice'],
]

it.each(WRONG)('refuses %s=%s', (variable, value, message) => {
  expect(messageOf({ [variable]: value })).toContain(message)
})

it.each([
  [{ TRADES_TOPIC: 'a.b', CANDLES_TOPIC: 'a_b' }, 'CANDLES_TOPIC=a_b: names the topic a_b, which Kafka takes for a.b'],
  [
    { TOPIC_PREFIX: 'p'.repeat(120), TRADES_TOPIC: 't'.repeat(130) },
    'makes a topic whose name has 250 characters; Kafka allows 249',
  ],
  [{ TOPIC_PREFIX: 'p'.repeat(150), TOPIC_SUFFIX: 's'.repeat(90) }, 'makes a topic whose name has 263 characters'],
  [{ CONSUMER_GROUP: 'g', TRADES_TOPIC: 'g-handovers' }, 'CONSUMER_GROUP=g: names the topic g-handovers'],
  [{ CONSUMER_GROUP: 'candles' }, 'accepted'],
])('refuses topics of %o', (env: Record<string, string>, message) => {
  expect(messageOf(env)).toContain(message)
})

it('has a case above for every variable that can be wrong', () => {
  const tried = new Set(WRONG.map(([variable]) => variable))
  expect(Object.keys(commonVariables).filter(name => !tried.has(name))).toEqual([])
})

it('names every wrong variable at once, common and own, and shows no secret', () => {
  const own = { PAIRS: z.string(), FEED_API_KEY: z.string().max(3, 'is too long') }
  const lines = messageOf({ PARTITIONS: '-1', HTTP_PORT: 'x', FEED_API_KEY: 'hunter2' }, own).split('\n')
  expect(lines).toEqual([
    'PARTITIONS=-1: is less than 1',
    'HTTP_PORT=x: is not a whole number',
    'PAIRS: is missing',
    'FEED_API_KEY=***: is too long',
  ])
})
