import { DEFAULT_TOPIC_NAMES } from '@candlewick/market-data'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import type { LargeTrade } from './large-trades.ts'
import { startLargeTrades } from './start.ts'

/**
 * Runs the processor without a broker, on the log in memory, like its tests. Writes 200 trades of 1,000 USD and one of 50,000 USD.
 * @returns the large trades that were published
 */
export async function largeTradesInMemory(): Promise<LargeTrade[]> {
  const log = memoryLog(new MemoryCluster())
  await log.topics.create([{ name: DEFAULT_TOPIC_NAMES.trades, partitions: 1, config: {} }])
  const { topic, stop } = await startLargeTrades(log)
  const producer = await log.producer('example')
  const trade = { pair: 'BTC/USD', side: 'buy', price: 50_000, timestamp_ms: Date.UTC(2026, 0, 1) }
  for (let trade_id = 1; trade_id <= 201; trade_id++) {
    const value = JSON.stringify({ ...trade, trade_id, qty: trade_id === 150 ? 1 : 0.02 })
    await producer.transact([{ topic: DEFAULT_TOPIC_NAMES.trades, partition: 0, key: trade.pair, value }])
  }
  const found: LargeTrade[] = []
  for await (const records of log.read(topic, 0, 0, 1))
    found.push(...records.map(({ value }) => JSON.parse(String(value))))
  await stop()
  await producer.close()
  await log.close()
  return found
}

if (import.meta.main) console.log(await largeTradesInMemory())
