import { FeatureRow } from '@candlewick/market-data'
import { createLogger, type Env, type ServiceDefinition, startService } from '@candlewick/service'
import { type Log, MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it, onTestFinished } from 'vitest'
import type * as z from 'zod'
import { candles } from '../../services/candles/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'

const PAIRS = ['BTC/USD', 'ETH/USD']
const INTERVALS = ['1m', '5m', '15m', '1h']
const MINUTE_MS = 60_000

async function rowsOf(log: Log): Promise<FeatureRow[]> {
  const rows: FeatureRow[] = []
  for (let partition = 0; partition < 3; partition++) {
    const { start, end } = await log.offsets('technical-indicators', partition)
    for await (const records of log.read('technical-indicators', partition, start, end))
      for (const { headers, value } of records)
        if (!headers?.control) rows.push(FeatureRow.parse(JSON.parse(String(value))))
  }
  return rows
}

const isWarm = (row: FeatureRow) => Object.values(row).every(value => value !== null)

it('has a warm row of every configured indicator, interval and pair within a minute of the first start', async () => {
  const cluster = new MemoryCluster()
  const logger = createLogger('test', 'silent')
  // Few trades a second, so that a day of history has only a few pages.
  const env: Env = { EXCHANGE: 'simulated', PAIRS: PAIRS.join(), SIMULATED_TRADES_PER_SECOND: '0.05' }
  const start = async <Shape extends z.ZodRawShape>(definition: ServiceDefinition<Shape>) => {
    const service = await startService(definition, { env, log: memoryLog(cluster), logger })
    onTestFinished(() => service.stop())
  }
  const startedAt = performance.now()
  await Promise.all([start(tradesIngestor), start(candles), start(technicalIndicators)])
  const log = memoryLog(cluster)
  const series = PAIRS.flatMap(pair => INTERVALS.map(interval => `${pair} ${interval}`)).sort()
  const warm = async () => {
    const own = (await rowsOf(log)).filter(
      row => row.source === undefined && row.first_trade_id !== null && isWarm(row),
    )
    return [...new Set(own.map(({ pair, interval }) => `${pair} ${interval}`))].sort()
  }
  await expect.poll(warm, { timeout: MINUTE_MS, interval: 500 }).toEqual(series)
  expect(performance.now() - startedAt).toBeLessThan(MINUTE_MS)

  const rows = await rowsOf(log)
  for (const of of Map.groupBy(rows, ({ pair, interval }) => `${pair} ${interval}`).values()) {
    // No window occurs twice or is missing. The exchange's candles come first and are not complete.
    for (const [i, row] of of.entries()) if (i > 0) expect(row.open_time_ms).toBe(of[i - 1]!.close_time_ms)
    const seeded = of.filter(({ source }) => source === 'exchange')
    expect(seeded.length).toBe(of.findIndex(({ source }) => source === undefined))
    expect(seeded.filter(({ complete }) => complete)).toEqual([])
  }
  const hourly = rows.filter(({ pair, interval }) => pair === PAIRS[0] && interval === '1h')
  expect(hourly.filter(row => row.source === undefined && row.complete)).toEqual([])
  const minutes = rows.filter(({ pair, interval }) => pair === PAIRS[0] && interval === '1m')
  expect(minutes.filter(({ complete }) => complete).length).toBeGreaterThan(60)
}, 90_000)
