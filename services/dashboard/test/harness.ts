import type { Candle, FeatureRow } from '@candlewick/market-data'
import { createLogger, startService } from '@candlewick/service'
import { type Log, MemoryCluster, memoryLog, type OutRecord } from '@candlewick/streams'
import { dashboard } from '../src/service.ts'

export const T0 = Date.UTC(2026, 0, 1)
const MINUTE_MS = 60_000

/** @returns the nth one-minute candle of the pair */
export const candleOf = (n: number, pair = 'BTC/USD', over: Partial<Candle> = {}): Candle => ({
  pair,
  interval: '1m',
  open_time_ms: T0 + n * MINUTE_MS,
  close_time_ms: T0 + (n + 1) * MINUTE_MS,
  open: 100 + n,
  high: 102 + n,
  low: 99 + n,
  close: 101 + n,
  volume: 1.5,
  quote_volume: 150,
  vwap: 100.5 + n,
  trade_count: 3,
  buy_volume: 1,
  first_trade_id: 3 * n,
  last_trade_id: 3 * n + 2,
  complete: true,
  ...over,
})

export const rowOf = (n: number, pair = 'BTC/USD'): FeatureRow => ({
  ...candleOf(n, pair),
  sma_7: n < 6 ? null : 98 + n,
  rsi_14: n < 14 ? null : 50,
})

export type Written = Omit<OutRecord, 'partition' | 'value' | 'topic'> & { value: unknown; partition?: number }

/** @returns a cluster with every topic, and functions that write records to it */
export async function cluster(partitions = 2) {
  const memory = new MemoryCluster()
  for (const topic of ['trades', 'candles', 'candles-live', 'technical-indicators', 'candles-handovers'])
    memory.grow(topic, partitions)
  for (const topic of ['dead-letters', 'trades-ingestor-cursors']) memory.grow(topic, 1)
  const producer = await memoryLog(memory).producer('test')
  const write = async (topic: string, ...records: Written[]) => {
    const texts = records.map(({ value, ...rest }) => ({
      ...rest,
      value: value === null ? null : JSON.stringify(value),
    }))
    await producer.transact(texts.map(record => ({ topic, partition: 0, ...record })))
  }
  const candles = (...of: Candle[]) => write('candles', ...of.map(value => ({ key: value.pair, value })))
  const rows = (...of: FeatureRow[]) => write('technical-indicators', ...of.map(value => ({ key: value.pair, value })))
  return { memory, write, candles, rows, log: memoryLog(memory) }
}

/** @returns a dashboard that reads the log, which the caller has to stop, and functions that ask it */
export async function startDashboard(log: Log, env: Record<string, string> = {}) {
  const service = await startService(dashboard, { env, log, logger: createLogger('dashboard', 'silent') })
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(service.url + path, init)
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  const json = async (path: string) => JSON.parse((await get(path)).text)
  return { service, url: service.url, get, json }
}
