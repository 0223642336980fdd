import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, startService } from '@candlewick/service'
import { type Log, MemoryCluster, memoryLog } from '@candlewick/streams'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { featureStore } from '../src/service.ts'
import { featureRow, trade } from './rows.ts'

const TOPIC = 'technical-indicators'
const PERIOD = { STORE_PARQUET_FILE_MINUTES: '1' }
let cluster: MemoryCluster
let folder: string

beforeEach(() => {
  cluster = new MemoryCluster()
  cluster.grow(TOPIC, 2)
  folder = mkdtempSync(join(tmpdir(), 'candlewick-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})

const start = (env: Record<string, string>) =>
  startService(featureStore, {
    env: { ...PERIOD, ...env },
    log: memoryLog(cluster),
    logger: createLogger('feature-store', 'silent'),
  })

/** Writes values to the topic's first partition. */
const write = (...values: unknown[]) => writeTo(TOPIC, values)
async function writeTo(topic: string, values: readonly unknown[], headers?: Record<string, string>): Promise<void> {
  const producer = await memoryLog(cluster).producer('test')
  await producer.transact(
    values.map(value => ({ topic, partition: 0, key: 'BTC/USD', value: JSON.stringify(value), headers })),
  )
}

it.each([
  [{}, /STORE_PARQUET: is missing, and so are STORE_POSTGRES and STORE_REDIS/],
  [{ STORE_POSTGRES: 'localhost:5432' }, /STORE_POSTGRES=localhost:5432: is not a URL like postgres:/],
  [{ STORE_REDIS: 'http://localhost' }, /STORE_REDIS=http:\/\/localhost: is not a URL like redis:/],
  [{ STORE_PARQUET: 'x', STORE_TOPICS: 'ticks' }, /STORE_TOPICS=ticks: is not features, candles or trades/],
  [{ STORE_PARQUET: 'x', STORE_PARQUET_FILE_MINUTES: '0' }, /STORE_PARQUET_FILE_MINUTES=0: is less than 1/],
])('refuses %j with one line', async (env, message) => {
  await expect(start(env)).rejects.toThrow(message)
})

it('names the store that cannot be written, and continues by itself when it can', async () => {
  const blocked = join(folder, '_writing')
  writeFileSync(blocked, 'a file where a folder should be')
  const service = await start({ STORE_PARQUET: folder })
  await expect.poll(() => service.ready()).toMatch(/^parquet does not store partition \d: .*ENOTDIR/)
  rmSync(blocked)
  await expect.poll(() => service.ready()).toBeUndefined()
  await service.stop()
})

it('puts a malformed row into the dead letters and continues', async () => {
  const service = await start({ STORE_PARQUET: join(folder, 'data') })
  await write({ pair: 'BTC/USD' }, featureRow(1))
  const letters = async () => {
    const log = memoryLog(cluster)
    const { start: from, end } = await log.offsets('dead-letters', 0)
    const found: Record<string, string>[] = []
    for await (const records of log.read('dead-letters', 0, from, end))
      found.push(...records.map(({ headers }) => ({ ...headers })))
    return found
  }
  await expect
    .poll(letters)
    .toMatchObject([
      { source_topic: TOPIC, source_offset: '0', reason: 'malformed', service: 'feature-store', store: 'parquet' },
    ])
  await expect.poll(() => service.ready()).toBeUndefined()
  const metrics = await service.metrics.metrics()
  expect(metrics).toMatch(/candlewick_store_dead_letters_total\{store="parquet".*\} 1/)
  expect(metrics).toMatch(/candlewick_store_rows_total\{store="parquet".*\} 1/)
  await service.stop()
})

it('reports the offset from which on a new store is complete, when retention has deleted earlier rows', async () => {
  await write(featureRow(0), featureRow(1), featureRow(2))
  cluster.partition(TOPIC, 0).truncate(2)
  const place = join(folder, 'data')
  const service = await start({ STORE_PARQUET: place })
  await expect.poll(() => service.ready()).toBeUndefined()
  const position = JSON.parse(readFileSync(join(place, `_positions/${TOPIC}-0.json`), 'utf8'))
  expect(position).toMatchObject({ next_offset: 2, whole_from_offset: 2 })
  await service.stop()
})

it('ends at its start when its consumer group is that of another service', async () => {
  await memoryLog(cluster).join({
    group: 'my-group',
    topics: ['candles'],
    companions: [],
    data: () => ({ own: [], gen: 1, load: {}, service: 'technical-indicators', topic: 'candles' }),
    onAssigned: () => {},
    onHeartbeat: () => {},
    assign: (_, members) => new Map(members.map(({ id }) => [id, []])),
  })
  const starting = start({ STORE_PARQUET: join(folder, 'data'), CONSUMER_GROUP: 'my-group' })
  await expect(starting).rejects.toMatchObject({
    name: 'ConfigError',
    message: 'CONSUMER_GROUP=my-group: is used by technical-indicators on candles; give each service its own',
  })
})

it('commits the offset up to which every store has the rows, and none for a partition whose store is unreachable', async () => {
  await write(featureRow(0), featureRow(1))
  const place = join(folder, 'data')
  const committed = async () => (await memoryLog(cluster).describeGroup('feature-store')).committed
  const away = await start({ STORE_PARQUET: place, STORE_REDIS: 'redis://127.0.0.1:1' })
  await expect.poll(() => away.ready()).toMatch(/^redis does not store partition 0: .*127\.0\.0\.1:1$/)
  await away.stop()
  expect(await committed()).toEqual([])
  const service = await start({ STORE_PARQUET: place })
  await expect.poll(committed).toContainEqual({ topic: TOPIC, partition: 0, offset: 3 })
  await write(featureRow(2))
  await expect.poll(() => service.metrics.metrics()).toMatch(/candlewick_store_rows_total\{store="parquet".*\} 3/)
  await service.stop()
  expect(await committed()).toContainEqual({ topic: TOPIC, partition: 0, offset: 5 })
})

it('stores candles and trades besides features if requested, each in a folder of its own', async () => {
  for (const topic of ['candles', 'trades']) cluster.grow(topic, 1)
  const place = join(folder, 'data')
  const service = await start({ STORE_PARQUET: place, STORE_TOPICS: 'features,candles,trades' })
  await write(featureRow(0))
  const { sma_7: _, ...candle } = featureRow(0)
  await writeTo('candles', [candle])
  await writeTo('trades', [{ watermark_ms: 1 }], { control: 'watermark' })
  await writeTo('trades', [trade(1), { ...trade(2), side: 'both' }, trade(3)])
  const reached = async () => {
    const groups = ['', '-candles', '-trades'].map(suffix => memoryLog(cluster).describeGroup(`feature-store${suffix}`))
    return (await Promise.all(groups)).flatMap(({ committed }) => committed.filter(({ partition }) => partition === 0))
  }
  await expect.poll(reached).toEqual([
    { topic: TOPIC, partition: 0, offset: 2 },
    { topic: 'candles', partition: 0, offset: 2 },
    { topic: 'trades', partition: 0, offset: 6 },
  ])
  const metrics = await service.metrics.metrics()
  expect(metrics).toMatch(/candlewick_store_rows_total\{store="parquet".*\} 4/)
  expect(metrics).toMatch(/candlewick_store_dead_letters_total\{store="parquet".*\} 1/)
  await service.stop()
})

it('refuses to start without a store, before it connects to the broker', async () => {
  const log = { topics: { partitions: () => Promise.reject(new Error('asked the broker')) } } as unknown as Log
  const starting = startService(featureStore, { env: {}, log, logger: createLogger('test', 'silent') })
  await expect(starting).rejects.toThrow(/^STORE_PARQUET: is missing, and so are STORE_POSTGRES and STORE_REDIS/)
  const nowhere = startService(featureStore, {
    env: { STORE_PARQUET: 's3://' },
    log,
    logger: createLogger('test', 'silent'),
  })
  await expect(nowhere).rejects.toThrow('STORE_PARQUET=s3://: is not a place like s3://bucket/prefix')
})

it('does not continue with a topic that was deleted and made again, even if it has grown beyond the old one', async () => {
  const place = join(folder, 'data')
  const path = join(place, `_positions/${TOPIC}-0.json`)
  await write(featureRow(0), featureRow(1))
  cluster.partition(TOPIC, 0).truncate(1)
  const first = await start({ STORE_PARQUET: place })
  await expect.poll(() => first.ready()).toBeUndefined()
  await first.stop()
  const position = readFileSync(path, 'utf8')
  expect(JSON.parse(position)).toMatchObject({ next_offset: 1, topic_id: expect.stringMatching(/./) })

  cluster.delete(TOPIC)
  cluster.grow(TOPIC, 2)
  await write(...[10, 11, 12, 13].map(n => featureRow(n)))
  const second = await start({ STORE_PARQUET: place })
  await expect
    .poll(() => second.ready())
    .toMatch(
      /parquet has rows of another topic technical-indicators, which was deleted and made again: its topic id was/,
    )
  await second.stop()
  expect(readFileSync(path, 'utf8')).toBe(position)
})
