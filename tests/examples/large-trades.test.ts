import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it, onTestFinished } from 'vitest'
import { largeTradesInMemory } from '../../examples/large-trades/in-memory.ts'
import { startLargeTrades } from '../../examples/large-trades/start.ts'

it('publishes the one trade that is fifty times the usual size', async () => {
  expect(await largeTradesInMemory()).toEqual([expect.objectContaining({ trade_id: 150, value: 50_000, times: 50 })])
})

it('puts a record that is not a trade into the dead letters and continues', async () => {
  const log = memoryLog(new MemoryCluster())
  onTestFinished(() => log.close())
  await log.topics.create([{ name: 'trades', partitions: 1, config: {} }])
  const { stop } = await startLargeTrades(log)
  onTestFinished(stop)
  const producer = await log.producer('test')
  const record = { topic: 'trades', partition: 0, key: 'BTC/USD' }
  const trade = { pair: 'BTC/USD', trade_id: 1, side: null, price: 1, qty: 1, timestamp_ms: 1767225600000 }
  await producer.transact([
    { ...record, value: JSON.stringify(trade) },
    { ...record, value: '{"price":-1}' },
  ])
  await expect.poll(async () => (await log.offsets('dead-letters', 0)).end).toBeGreaterThan(0)
  for await (const records of log.read('dead-letters', 0, 0, 1))
    expect(records[0]).toMatchObject({ headers: { reason: 'malformed', service: 'large-trades', source_offset: '1' } })
})

it('names the topic of trades if it does not exist', async () => {
  const log = memoryLog(new MemoryCluster())
  onTestFinished(() => log.close())
  await expect(startLargeTrades(log, 'x-')).rejects.toThrow(
    'Topic x-trades does not exist: start trades-ingestor first',
  )
})
