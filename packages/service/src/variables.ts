import { isIP } from 'node:net'
import { CandleInterval } from '@candlewick/market-data'
import * as z from 'zod'

const NAME = /^[A-Za-z0-9._-]*$/
const KafkaName = z
  .string()
  .regex(NAME, 'may hold only letters, digits, ".", "_" and "-"')
  .max(150, 'is longer than 150 characters')

/** A variable that is a comma-separated list. */
export const list = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .string()
    .transform(text => text.split(',').map(part => part.trim()))
    .pipe(
      z
        .array(item)
        .min(1)
        .refine(items => new Set(items).size === items.length, 'names something twice'),
    )

/** Hundreds of digits have to give "too large" instead of infinity. */
const finite = (text: string): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(text)))

/** A variable that is a decimal number of at least `min` and at most `max`. */
export const decimal = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'is not a number like 0.5')
    .transform(finite)
    .pipe(z.number().min(min, `is less than ${min}`).max(max, `is more than ${max}`))

/** A variable that is a whole number of at least `min` and at most `max`. */
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/, 'is not a whole number')
    .transform(finite)
    .pipe(z.number().min(min, `is less than ${min}`).max(max, `is more than ${max}`))

const PORT_MAX = 65_535
const Broker = z
  .string()
  .regex(/^[^\s:/@]+:\d+$|^\[[0-9a-f:]+\]:\d+$/i, { error: 'is not host:port', abort: true })
  .refine(text => {
    const port = Number(text.slice(text.lastIndexOf(':') + 1))
    return port >= 1 && port <= PORT_MAX
  }, `has no port from 1 to ${PORT_MAX}`)

const ROOTS = ['always_on', 'always_off', 'traceidratio'] as const
const SAMPLERS = [...ROOTS, ...ROOTS.map(root => `parentbased_${root}` as const)]

/** The environment variables that all services share; {@link ../../../.env.example} lists them for users. */
export const commonVariables = {
  KAFKA_BROKERS: list(Broker).prefault('localhost:9092'),
  /** Default: the service's name. */
  KAFKA_CLIENT_ID: KafkaName.optional(),
  KAFKA_SSL: z.stringbool('is neither true nor false').prefault('false'),
  KAFKA_SSL_CA_FILE: z.string().optional(),
  KAFKA_SSL_CERT_FILE: z.string().optional(),
  KAFKA_SSL_KEY_FILE: z.string().optional(),
  KAFKA_SASL_MECHANISM: z
    .string()
    .toLowerCase()
    .pipe(
      z.enum(
        ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'],
        'is not plain, scram-sha-256, scram-sha-512 or oauthbearer',
      ),
    )
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  /** For oauthbearer. The file is read at each authentication, so that a renewed token only has to be written to it. */
  KAFKA_SASL_TOKEN_FILE: z.string().optional(),
  TRADES_TOPIC: KafkaName.default('trades'),
  CANDLES_TOPIC: KafkaName.default('candles'),
  TECHNICAL_INDICATORS_TOPIC: KafkaName.default('technical-indicators'),
  /** The groups of these services, between prefix and suffix, unless `CONSUMER_GROUP` is set. */
  CANDLES_GROUP: KafkaName.default('candles'),
  TECHNICAL_INDICATORS_GROUP: KafkaName.default('technical-indicators'),
  /** Prefix of every topic's name and of every default group's name. */
  TOPIC_PREFIX: KafkaName.default(''),
  /** Suffix of every topic's name and of every default group's name, e.g. for a backfill. */
  TOPIC_SUFFIX: KafkaName.default(''),
  /** The number of partitions of new topics; existing topics keep theirs. */
  PARTITIONS: integer(1, 10_000).prefault('3'),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'is not trace, debug, info, warn, error, fatal or silent',
    )
    .default('info'),
  /** Port of the health server; 0 picks a free one. */
  HTTP_PORT: integer(0, PORT_MAX).prefault('0'),
  HTTP_HOST: z
    .string()
    .refine(host => isIP(host) !== 0 || /^[\w.-]+$/.test(host), 'is not a host name or address without a port')
    .default('127.0.0.1'),
  /** Default: the service's name. */
  CONSUMER_GROUP: KafkaName.optional(),
  /** Endpoint for spans, OTLP over HTTP; without it no spans are created. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'is not a URL like http://localhost:4318' })
    .optional(),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS, `is not ${SAMPLERS.join(', ')}`).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'is not a number from 0 to 1')
    .transform(Number)
    .prefault('1'),
  CANDLE_INTERVALS: list(CandleInterval).prefault('1m,5m,15m,1h'),
}

/** The schema of {@link commonVariables}. */
export const Common = z.object(commonVariables)
export type CommonConfig = z.infer<typeof Common>
