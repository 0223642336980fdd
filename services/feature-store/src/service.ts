import { statSync } from 'node:fs'
import {
  ConfigError,
  ensureTopics,
  integer,
  list,
  orConfigError,
  type ServiceContext,
  type ServiceDefinition,
  untilAnswered,
} from '@candlewick/service'
import { systemClock } from '@candlewick/streams'
import * as z from 'zod'
import { DeadLetters } from './dead-letters.ts'
import { CANDLES, FEATURES, type RowKind, TRADES } from './kind.ts'
import { observing } from './observing.ts'
import { LocalFiles } from './parquet/local-files.ts'
import { ParquetStore } from './parquet/parquet-store.ts'
import { S3Files } from './parquet/s3-files.ts'
import { PostgresStore } from './postgres/postgres-store.ts'
import { RedisStore } from './redis/redis-store.ts'
import { SinkGroup } from './sink-group.ts'
import type { Store } from './store.ts'

const MINUTE_MS = 60_000
const url = (protocol: RegExp, example: string) =>
  z.string().refine(text => URL.canParse(text) && protocol.test(new URL(text).protocol), `is not a URL like ${example}`)

const variables = {
  /** A folder or `s3://bucket/prefix`; without it there is no Parquet store. */
  STORE_PARQUET: z
    .string()
    .refine(
      place => !/^[a-z0-9]+:/.test(place) || /^s3:\/\/[^/\s]+/.test(place),
      'is not a place like s3://bucket/prefix',
    )
    .superRefine((place, context) => {
      const problem = place.startsWith('s3:') ? undefined : folderProblem(place)
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
    })
    .optional(),
  STORE_PARQUET_FILE_MINUTES: integer(1, 1440).prefault('180'),
  STORE_POSTGRES: url(/^postgres(ql)?:$/, 'postgres://user:password@localhost:5432/features').optional(),
  STORE_POSTGRES_SCHEMA: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'is not a name of a schema')
    .default('candlewick'),
  STORE_REDIS: url(/^rediss?:$/, 'redis://localhost:6379').optional(),
  STORE_REDIS_PREFIX: z.string().max(100, 'is longer than 100 characters').default(''),
  /** Which topics are stored. */
  STORE_TOPICS: list(z.enum(['features', 'candles', 'trades'], 'is not features, candles or trades')).prefault(
    'features',
  ),
}

/** @returns why the path cannot be a folder of files; undefined for a folder, and for one that is still to be created. */
function folderProblem(path: string): string | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false ? 'is a file: name a folder' : undefined
  } catch (error) {
    return `cannot be a folder: ${(error as Error).message}`
  }
}

type Settings = ServiceContext<typeof variables>['config']

/** technical-indicators → Parquet, Postgres, Redis: each row once in each store. */
export const featureStore: ServiceDefinition<typeof variables> = {
  name: 'feature-store',
  config: variables,
  check({ STORE_PARQUET, STORE_POSTGRES, STORE_REDIS }) {
    if (STORE_PARQUET ?? STORE_POSTGRES ?? STORE_REDIS) return
    const problem = 'is missing, and so are STORE_POSTGRES and STORE_REDIS: name a store, e.g. STORE_PARQUET=data'
    throw new ConfigError([{ variable: 'STORE_PARQUET', problem }])
  },
  async start(context) {
    const { config, group, log, logger, metrics, name, topics } = context
    const known = [
      [topics.technicalIndicators, FEATURES],
      [topics.candles, CANDLES],
      [topics.trades, TRADES],
    ] as const
    const stored = known.filter(([, { name }]) => config.STORE_TOPICS.includes(name))
    const kinds = new Map<string, RowKind>(stored.map(([topic, kind]) => [topic.name, kind]))
    const stores = storesOf(config, kinds)
    // Each store has a log of its own: a log has one reader for each partition, and a slow store must not hold up another store's fetches.
    const logs = stores.map((store, i) => (i === 0 ? log : log.another(store.name)))
    await ensureTopics(context, [...stored.map(([topic]) => topic), topics.deadLetters])
    const tasks = () => groups.flatMap(one => one.tasks())
    const observe = observing(metrics, logger, tasks)
    const deadLetters = new DeadLetters({
      log,
      topic: topics.deadLetters.name,
      service: name,
      transactionalId: group,
      observe,
    })
    const groups = [...kinds].map(
      ([topic, kind]) =>
        new SinkGroup({
          // Each topic has a group of its own, because the members of a group share the partitions of one topic.
          group: kind === FEATURES ? group : `${group}-${kind.name}`,
          service: name,
          topic,
          kind,
          log,
          stores: stores.map((store, i) => ({ store, log: logs[i]! })),
          deadLetters,
          clock: systemClock,
          httpUrl: context.httpUrl,
          observe,
        }),
    )
    await Promise.all(groups.map(one => untilAnswered(context, () => one.start())))
    logger.info({ stores: stores.map(store => store.name), topics: [...kinds.keys()] }, 'Stores rows')
    return {
      done: orConfigError(
        Promise.all(groups.map(one => one.done)).then(() => {}),
        config,
      ),
      ready: () => groups.map(one => one.ready()).find(reason => reason !== undefined),
      async stop() {
        await Promise.all(groups.map(one => one.stop()))
        await Promise.all(stores.map(store => store.close()))
        await Promise.all(logs.slice(1).map(one => one.close()))
      },
    }
  },
}

function storesOf(config: Settings, kinds: ReadonlyMap<string, RowKind>): Store[] {
  const { STORE_PARQUET: parquet, STORE_POSTGRES: postgres, STORE_REDIS: redis } = config
  const stores: Store[] = []
  if (parquet !== undefined) {
    const files = parquet.startsWith('s3://') ? new S3Files(parquet) : new LocalFiles(parquet)
    stores.push(new ParquetStore({ files, periodMs: config.STORE_PARQUET_FILE_MINUTES * MINUTE_MS, kinds }))
  }
  if (postgres !== undefined) stores.push(new PostgresStore(postgres, config.STORE_POSTGRES_SCHEMA, kinds))
  if (redis !== undefined) stores.push(new RedisStore(redis, config.STORE_REDIS_PREFIX, kinds))
  return stores
}
