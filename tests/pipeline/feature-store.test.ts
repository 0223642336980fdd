import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaLog } from '@candlewick/kafka'
import type { FeatureRow } from '@candlewick/market-data'
import type { LogRecord } from '@candlewick/streams'
import { afterAll, expect, inject, it, onTestFinished } from 'vitest'
import { type ReadRow, readDataset } from '../../services/feature-store/test/parquet/dataset.ts'
import {
  findProgram,
  redisProgram,
  startPostgres,
  startRedis,
} from '../../services/feature-store/test/servers/server.ts'
import { storedInPostgres, storedInRedis } from '../../services/feature-store/test/servers/stored.ts'
import { NotPossible } from '../../tools/broker/broker.ts'
import { mountDisk } from '../../tools/broker/small-disk.ts'
import { ServiceProcess } from './process.ts'
import { readTopic } from './topics.ts'

const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'test' })
const prefix = `store-${process.pid}-`
const TOPIC = `${prefix}technical-indicators`
const folder = mkdtempSync(join(tmpdir(), 'candlewick-store-'))
const data = join(folder, 'data')
const DISK_MB = 8
/** Nine processes, a broker and two servers share the machine with other tests: a pair's move alone took more than 20 s. */
const PATIENCE = { timeout: 60_000 }
const DISK_IS_FULL = /"parquet does not store partition \d: ENOSPC/
const isPossible = findProgram('initdb') !== undefined && redisProgram() !== undefined
if (!isPossible) console.warn('The feature store is not tested with Postgres and Redis here: a server is missing')

afterAll(async () => {
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

const common = {
  KAFKA_BROKERS: brokers,
  TOPIC_PREFIX: prefix,
  PARTITIONS: '2',
  CANDLE_INTERVALS: '1s,5s',
  EXCHANGE: 'simulated',
  HISTORY_HOURS: '0',
  PAIRS: 'BTC/USD,ETH/USD,SOL/USD,XRP/USD',
  // With a user's feature, whose fields are columns like any other.
  INDICATORS: 'sma:3; rsi:5; spread_ratio:5',
  FEATURES: join(import.meta.dirname, '../../examples/features'),
}

/** @returns undefined where this process may not mount one. */
async function smallDisk() {
  mkdirSync(data)
  const disk = await mountDisk(data, DISK_MB).catch(error => {
    if (!(error instanceof NotPossible)) throw error
    console.warn(`The feature store is not tested with a full disk here: ${error.message}`)
  })
  if (disk) onTestFinished(() => disk.unmount())
  return disk
}

function* filesOf(place: string): Generator<[string, Buffer]> {
  for (const entry of readdirSync(place, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) yield [path.slice(place.length + 1), readFileSync(path)]
  }
}

/** The offset up to which each partition is in the files. */
const positions = (): Map<number, number> =>
  new Map(
    [...filesOf(data)]
      .filter(([path]) => path.startsWith('_positions/'))
      .map(([path, bytes]) => [Number(/-(\d+)\.json$/.exec(path)![1]), JSON.parse(String(bytes)).next_offset]),
  )

const rowOf = ({ value }: LogRecord) => JSON.parse(String(value)) as FeatureRow
const keyOf = ({ pair, interval, open_time_ms }: Pick<FeatureRow, 'pair' | 'interval' | 'open_time_ms'>) =>
  `${pair} ${interval} ${open_time_ms}`
const sorted = (rows: readonly object[]): string[] => rows.map(row => JSON.stringify(row)).sort()

/** A row of a file in the topic's form, to compare them as text. */
function asPublished({ source, published_ms: _, ...row }: ReadRow, like: FeatureRow): object {
  const fields = { ...row, ...(source !== null && { source }) } as Record<string, unknown>
  return Object.fromEntries(Object.keys(like).map(name => [name, fields[name] ?? null]))
}

it.skipIf(!isPossible)(
  'has every row of the topic once in each store, whatever is killed, added or away meanwhile',
  { timeout: 300_000 },
  async () => {
    const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
    const disk = await smallDisk()
    const stores = {
      ...common,
      STORE_PARQUET: data,
      STORE_PARQUET_FILE_MINUTES: '1',
      STORE_POSTGRES: postgres.url,
      STORE_REDIS: redis.url,
    }
    const upstream = ['trades-ingestor', 'candles', 'technical-indicators'].map(
      name => new ServiceProcess(name, common),
    )
    await Promise.all(upstream.map(service => service.ready()))
    const running = [new ServiceProcess('feature-store', stores), new ServiceProcess('feature-store', stores)]
    const [first] = running
    await Promise.all(running.map(service => service.ready()))
    const inPostgres = async () => (await storedInPostgres(postgres.url, 'candlewick')).length
    const isInRedis = async (sinceMs: number) =>
      ((await storedInRedis(redis.url, '')) as FeatureRow[]).some(({ open_time_ms }) => open_time_ms > sinceMs)
    await expect.poll(inPostgres, PATIENCE).toBeGreaterThan(20)

    // An instance is killed in the middle of its work, and replaced.
    await first!.kill()
    running[0] = new ServiceProcess('feature-store', stores)
    await expect.poll(inPostgres, PATIENCE).toBeGreaterThan((await inPostgres()) + 10)
    // Partitions are added, and a pair moves to them: topic by topic, because a task routes a pair's outputs again only when
    // their topic grows.
    for (const topic of [`${prefix}trades`, `${prefix}candles`, TOPIC]) {
      await log.topics.grow(topic, 3)
      await expect.poll(async () => (await log.offsets(topic, 2)).end, PATIENCE).toBeGreaterThan(0)
    }
    // A store is unreachable and is named; the other stores continue, also through a kill.
    const stored = await inPostgres()
    await postgres.kill()
    await expect.poll(async () => (await running[1]!.get('/readyz')).text).toMatch(/postgres does not store partition/)
    await running[1]!.kill()
    const killedAt = Date.now()
    running[1] = new ServiceProcess('feature-store', stores)
    await expect.poll(() => isInRedis(killedAt), PATIENCE).toBe(true)
    await postgres.start()
    await redis.kill()
    await expect.poll(inPostgres, PATIENCE).toBeGreaterThan(stored)
    await redis.start()
    // The disk of the files is full when a minute is over; the other stores continue.
    if (disk) {
      await disk.fill()
      const problems = async () => (await Promise.all(running.map(service => service.get('/readyz')))).map(r => r.text)
      await expect.poll(problems, { timeout: 90_000 }).toContainEqual(expect.stringMatching(DISK_IS_FULL))
      await disk.free()
    }
    // A file is complete when a row of the next minute follows.
    const isInFiles = async (sinceMs: number) =>
      (await readDataset(filesOf(data))).some(row => Number(row.open_time_ms) > sinceMs)
    await expect.poll(() => isInFiles(killedAt), { timeout: 90_000, interval: 1000 }).toBe(true)
    await Promise.all(upstream.map(service => service.stop()))
    await Promise.all(running.map(service => service.ready()))

    const published = await readTopic(log, TOPIC)
    const rows = published.map(rowOf)
    expect(new Set(rows.map(keyOf)).size).toBe(rows.length)
    await expect.poll(async () => (await storedInPostgres(postgres.url, 'candlewick')).length).toBe(rows.length)
    expect(sorted(await storedInPostgres(postgres.url, 'candlewick'))).toEqual(sorted(rows))

    const newest = new Map<string, FeatureRow>()
    for (const row of rows.toSorted((a, b) => a.open_time_ms - b.open_time_ms))
      newest.set(`${row.pair} ${row.interval}`, row)
    await expect.poll(async () => sorted(await storedInRedis(redis.url, ''))).toEqual(sorted([...newest.values()]))

    const partitions = (await log.topics.partitions([TOPIC])).get(TOPIC)!
    expect(partitions).toBe(3)
    const inFiles: FeatureRow[] = []
    for (let partition = 0; partition < partitions; partition++) {
      const { start } = await log.offsets(TOPIC, partition)
      for await (const records of log.read(TOPIC, partition, start, positions().get(partition) ?? start))
        inFiles.push(...records.filter(({ headers }) => !headers?.control).map(rowOf))
    }
    expect(inFiles.length).toBeGreaterThan(rows.length / 3)
    const found = await readDataset(filesOf(data))
    const byKey = new Map(inFiles.map(row => [keyOf(row), row]))
    expect(found.filter(row => !byKey.has(keyOf(row as never)))).toEqual([])
    expect(sorted(found.map(row => asPublished(row, byKey.get(keyOf(row as never))!)))).toEqual(sorted(inFiles))

    await Promise.all(running.map(service => service.stop()))
    await Promise.all([postgres.close(), redis.close()])
  },
)
