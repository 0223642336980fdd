import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SimulatedExchange } from '@candlewick/exchanges'
import { createLogger, startService } from '@candlewick/service'
import { MemoryCluster, memoryLog, systemClock } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { featureStore } from '../../services/feature-store/src/service.ts'
import { featureRow } from '../../services/feature-store/test/rows.ts'
import { tradeText } from '../../services/trades-ingestor/src/records.ts'
import { hasPython, pythonEnvironment } from '../python-environment.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { computeLines, computeTo, filesOf, parquetLines, SETTINGS } from './computed.ts'
import { stream } from './streaming-path.ts'

/** The number of rows of each dataset that the other lacks, for a reader with a plain glob. */
const DUCKDB = `
import sys, duckdb
stored, computed = [f"read_parquet('{folder}/features/**/*.parquet', hive_partitioning = true, union_by_name = true)" for folder in sys.argv[1:]]
stored = f"select * exclude (published_ms) from {stored}"
computed = f"select * from {computed}"
for query in (f"{stored} except all {computed}", f"{computed} except all {stored}", stored):
    print(duckdb.sql(f"select count(*) from ({query})").fetchone()[0])
`

const TOPIC = 'technical-indicators'
const PAIRS = ['BTC/USD', 'ETH/USD', 'DOGE/EUR', 'SOL/USD', 'XRP/EUR']
const T0 = 1_767_225_600_000
const MINUTE_MS = 60_000
const TRADES = 6_000

/** Two files of trades, between which {@link stream} adds partitions. */
function recordings(): string[] {
  const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: T0 })
  const all = PAIRS.flatMap(pair => exchange.trades(pair, exchange.lastId(pair) - TRADES, exchange.lastId(pair)))
  const sorted = all.sort((a, b) => a.timestamp_ms - b.timestamp_ms || a.trade_id - b.trade_id)
  const folder = temporaryFolder()
  // A replay closes the windows of its last minute, so the files meet between two minutes.
  const cut = sorted.findIndex(({ timestamp_ms }) => timestamp_ms >= T0 - 25 * MINUTE_MS)
  return [sorted.slice(0, cut), sorted.slice(cut)].map((part, i) => {
    const file = join(folder, `trades-${i}.ndjson`)
    writeFileSync(file, part.map(trade => `${tradeText(trade)}\n`).join(''))
    return file
  })
}

/** Ends the last range of each partition, because files are written when a row of a later minute arrives. */
async function writeLaterRows(cluster: MemoryCluster): Promise<void> {
  const producer = await memoryLog(cluster).producer('later')
  const row = featureRow(0, 'LATER/ROW')
  const records = cluster.partitions(TOPIC).map((_, partition) => ({
    ...{ topic: TOPIC, partition, key: row.pair, value: JSON.stringify(row) },
  }))
  await producer.transact(records)
}

it('npm run compute makes the same dataset as the feature store, except for published_ms', async () => {
  const files = recordings()
  const args = files.flatMap(file => ['--file', file])
  const expected = (await computeLines(args)).length
  const clock = { ...systemClock, shiftMs: 0, wall: () => systemClock.wall() + clock.shiftMs }
  const cluster = new MemoryCluster(clock)
  const { candles, indicators } = SETTINGS
  const settings = { CANDLE_INTERVALS: candles.intervals.join(','), INDICATORS: indicators.text }
  const { moves } = await stream(
    files.map(file => ({ file })),
    settings,
    expected,
    cluster,
  )
  expect(moves).toBeGreaterThan(0)
  clock.shiftMs = MINUTE_MS
  await writeLaterRows(cluster)

  const stored = temporaryFolder()
  const service = await startService(featureStore, {
    env: { STORE_PARQUET: stored, STORE_PARQUET_FILE_MINUTES: '1', HTTP_PORT: '0' },
    log: memoryLog(cluster),
    logger: createLogger('feature-store', 'silent'),
  })
  const rows = () => parquetLines(stored, 'features').catch(() => [])
  await expect.poll(async () => (await rows()).length, { timeout: 30_000 }).toBe(expected)
  await service.stop()

  const computed = join(temporaryFolder(), 'dataset')
  await computeTo(computed, args)
  const withoutPublished = (line: string) => {
    const { published_ms, ...row } = JSON.parse(line)
    expect(Date.parse(published_ms)).toBeGreaterThan(row.close_time_ms)
    return JSON.stringify(row)
  }
  expect((await rows()).map(withoutPublished).sort()).toEqual((await parquetLines(computed, 'features')).sort())
  if (hasPython()) {
    const python = join(await pythonEnvironment(['duckdb==1.*']), 'python')
    const counts = execFileSync(python, ['-c', DUCKDB, stored, computed]).toString()
    expect(counts.trim().split('\n').map(Number)).toEqual([0, 0, expected])
  } else console.warn('The datasets are not compared by DuckDB here: it needs python3 with venv')
  const foldersOf = (place: string) => [...new Set(filesOf(place, 'features').map(file => join(file, '..')))].sort()
  expect(foldersOf(stored)).toEqual(foldersOf(computed))
}, 300_000)
