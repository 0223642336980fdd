import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, startService } from '@candlewick/service'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it, onTestFinished } from 'vitest'
import { featureStore } from '../../src/service.ts'
import { featureRow } from '../rows.ts'
import { findProgram, startPostgres } from './server.ts'
import { query, storedInPostgres } from './stored.ts'

const TOPIC = 'technical-indicators'
const ROWS = 40_000
/** Retention has deleted the records before this offset. */
const CUT = 10_000
const isPossible = findProgram('initdb') !== undefined
if (!isPossible) console.warn('A store that is added is not tested here: there is no Postgres server')

/** @returns a running feature store */
const start = (cluster: MemoryCluster, env: Record<string, string>) =>
  startService(featureStore, {
    env: { STORE_PARQUET_FILE_MINUTES: '1', ...env },
    log: memoryLog(cluster),
    logger: createLogger('feature-store', 'silent'),
  })

it.skipIf(!isPossible)(
  'fills a store that is added later with all that the topic retains, and shows the progress',
  { timeout: 120_000 },
  async () => {
    const cluster = new MemoryCluster()
    cluster.grow(TOPIC, 1)
    const producer = await memoryLog(cluster).producer('test')
    const rows = Array.from({ length: ROWS }, (_, n) => featureRow(n))
    await producer.transact(
      rows.map(row => ({ topic: TOPIC, partition: 0, key: row.pair, value: JSON.stringify(row) })),
    )
    const folder = mkdtempSync(join(tmpdir(), 'candlewick-added-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const alone = await start(cluster, { STORE_PARQUET: folder })
    await expect.poll(() => alone.metrics.metrics()).toMatch(/store_rows_total\{store="parquet".*\} 40000/)
    await alone.stop()

    cluster.partition(TOPIC, 0).truncate(CUT)
    const server = await startPostgres()
    onTestFinished(() => server.close())
    const service = await start(cluster, { STORE_PARQUET: folder, STORE_POSTGRES: server.url })
    const lags = new Set<number>()
    const lag = async () => {
      const text = await service.metrics.metrics()
      const found = /candlewick_store_lag_records\{store="postgres",partition="0".*\} (\d+)/.exec(text)
      if (found) lags.add(Number(found[1]))
      return found && Number(found[1])
    }
    await expect.poll(lag, { interval: 5, timeout: 60_000 }).toBe(0)
    const seen = [...lags]
    expect(seen.length).toBeGreaterThan(3)
    expect(seen).toEqual(seen.toSorted((a, b) => b - a))
    expect(service.ready()).toBeUndefined()
    const stored = (await storedInPostgres(server.url, 'candlewick')).map(row => JSON.stringify(row)).sort()
    expect(stored).toEqual(
      rows
        .slice(CUT)
        .map(row => JSON.stringify(row))
        .sort(),
    )
    expect(await query(server.url, 'SELECT whole_from_offset FROM candlewick.candlewick_positions')).toEqual([
      { whole_from_offset: String(CUT) },
    ])
    await service.stop()
  },
)
