import { createLogger, startService } from '@candlewick/service'
import { MemoryCluster, memoryLog, type OutRecord } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { candles } from '../src/service.ts'
import { aTrade, MINUTE_MS, PAIR, T0 } from './harness.ts'

/** Two partitions of `trades`; the pair is born in 0 and moves to 1. */
const control = (partition: number, kind: string, value: object): OutRecord => ({
  topic: 'trades',
  partition,
  key: PAIR,
  value: JSON.stringify({ pair: PAIR, ...value }),
  headers: { control: kind },
})
const trade = (partition: number, id: number, atMs: number): OutRecord => ({
  topic: 'trades',
  partition,
  key: PAIR,
  value: JSON.stringify(aTrade(id, atMs)),
})

/** @returns the values of the instance's /metrics, by name and labels other than those of the service. */
async function scrape(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text.matchAll(/^candlewick_(\w+)(?:\{([^}]*)\})? (\S+)$/gm)
  return new Map(
    [...lines].map(([, name, labels = '', value]) => {
      const own = labels.split(',').filter(label => !/^(service|group|le)=/.test(label))
      return [[name, ...own].join(' '), Number(value)]
    }),
  )
}

it('shows in its metrics what happened to each record, key and partition', async () => {
  const cluster = new MemoryCluster()
  cluster.grow('trades', 2)
  const log = memoryLog(cluster)
  const env = { CANDLE_INTERVALS: '1m', PARTITIONS: '2' }
  const service = await startService(candles, { env, log, logger: createLogger('test', 'silent') })
  const written = [
    control(0, 'arrive', { epoch: [0, 0], from: null, complete_from_ms: T0 }),
    trade(0, 1, 0),
    trade(0, 2, 1000),
    trade(0, 2, 1000),
    trade(0, 3, MINUTE_MS),
    trade(0, 9, 0),
    { topic: 'trades', partition: 0, key: PAIR, value: 'rubbish' },
    control(0, 'gap', { from_ms: T0 + MINUTE_MS, to_ms: T0 + MINUTE_MS + 1 }),
    control(1, 'arrive', { epoch: [1, 0], from: 0 }),
    control(0, 'move', { epoch: [1, 0], to: 1 }),
    trade(1, 4, 3 * MINUTE_MS),
  ]
  const producer = await log.producer('writer')
  await producer.transact(written)
  const expected = {
    tasks_owned: 2,
    rebalances_total: 1,
    restore_seconds_count: 2,
    records_total: written.length,
    outputs_total: 3,
    duplicates_total: 1,
    'dead_letters_total reason="late"': 1,
    'dead_letters_total reason="malformed"': 1,
    gaps_total: 1,
    arrivals_total: 1,
    handovers_total: 1,
    tasks_fenced_total: 0,
    states_lost_total: 0,
    'task_keys partition="1"': 1,
    'task_handovers_awaited partition="1"': 0,
    'task_lag_records partition="0"': 0,
    'task_lag_records partition="1"': 0,
    // A marker ends the transaction in each partition.
    'task_position_offset partition="0"': 10,
    'task_position_offset partition="1"': 3,
    'task_ready partition="0"': 1,
  }
  const shown = async () => {
    const all = await scrape(service.url)
    return Object.fromEntries(Object.keys(expected).map(name => [name, all.get(name)]))
  }
  await expect.poll(shown, { timeout: 20_000 }).toEqual(expected)
  expect((await scrape(service.url)).get('transaction_seconds_count')).toBeGreaterThan(0)
  await producer.close()
  await service.stop()
})
