import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import type { Ingestor } from '../src/ingestor.ts'
import { ingestorMetrics } from '../src/metrics.ts'
import { records, stop, world } from './harness.ts'

const SECOND_MS = 1000

function watched(...args: Parameters<typeof world>) {
  const on = world(...args)
  const registry = new Registry()
  const observe = ingestorMetrics(registry, [], () => ingestor.status())
  const ingestor: Ingestor = on.ingestor({ observe })
  const values = async (name: string) => {
    const metric = await registry.getSingleMetric(`candlewick_${name}`)?.get()
    return (metric?.values ?? []) as { value: number; labels: Record<string, string>; metricName?: string }[]
  }
  const sum = async (name: string, suffix = '') =>
    (await values(name))
      .filter(v => suffix === '' || v.metricName?.endsWith(suffix))
      .reduce((total, { value }) => total + value, 0)
  return { ...on, running: ingestor, values, sum }
}

it('counts messages, trades, gaps and their filling, duplicates, reconnects and silence', async () => {
  const { running: ingestor, ...on } = watched({ spoken: 'coinbase' })
  const running = ingestor.run()
  await on.clock.pass(10 * SECOND_MS)
  for (const fault of ['gap', 'duplicate', 'drop', 'too-many-requests'] as const) on.exchange.fault(fault)
  await on.clock.pass(20 * SECOND_MS)
  on.exchange.cut()
  await on.clock.pass(20 * SECOND_MS)
  const types = (await on.values('exchange_messages_total')).map(({ labels }) => labels.type)
  expect(types).toEqual(expect.arrayContaining(['trades', 'subscribed', 'alive', 'missed']))
  expect(await on.sum('exchange_messages_missed_total')).toBe(1)
  expect(await on.values('reconnects_total')).toMatchObject([{ value: 1, labels: { connection: 0 } }])
  expect(await on.sum('trades_duplicate_total')).toBeGreaterThan(0)
  expect(await on.sum('gap_trades', '_count')).toBeGreaterThan(0)
  expect(await on.sum('gap_trades', '_sum')).toBeGreaterThan(0)
  expect(await on.sum('gap_fill_seconds', '_sum')).toBeGreaterThan(0)
  expect(await on.sum('history_failures_total')).toBe(1)
  expect(await on.sum('gaps_unfillable_total')).toBe(0)
  expect(await on.sum('pairs_lost')).toBe(0)
  expect(await on.sum('pairs_refused')).toBe(0)
  expect((await on.values('seconds_since_message')).map(({ labels }) => labels)).toEqual([{ connection: 0 }])
  expect(Math.abs(await on.sum('exchange_clock_offset_seconds'))).toBeLessThan(2)
  await stop(on, ingestor)
  await running
  const written = (await records(on.cluster)).flat().filter(({ headers }) => !headers?.control)
  expect(await on.sum('trades_total')).toBe(written.length)
})

it('shows buffered trades and lost pairs while the history fails, and gaps that it cannot fill', async () => {
  const { running: ingestor, ...on } = watched({
    tradesPerSecond: 2,
    faultRates: { 'server-error': 1 },
    refuse: ['ETH/USD'],
  })
  const running = ingestor.run()
  await on.clock.pass(5 * SECOND_MS)
  on.exchange.fault('gap')
  await on.clock.pass(60 * SECOND_MS)
  expect(await on.sum('trades_buffered')).toBeGreaterThan(50)
  expect(await on.sum('pairs_lost')).toBe(1)
  expect(await on.sum('pairs_refused')).toBe(1)
  expect(ingestor.ready()).toMatch(/the feed is lost or a gap is being filled: (BTC\/USD|DOGE\/EUR)$/)
  // Each gap is given up after a quarter of an hour.
  await on.clock.pass(3600 * SECOND_MS, () => ingestor.status().lost.length === 0)
  expect(await on.sum('gaps_unfillable_total')).toBeGreaterThan(0)
  expect(await on.sum('trades_unfillable_total')).toBeGreaterThan(0)
  expect(await on.sum('pairs_lost')).toBe(0)
  expect(ingestor.ready()).toMatch(/^ETH\/USD refused: Currency pair not supported/)
  await stop(on, ingestor)
  await running
})

it('counts the moves that follow from added partitions', async () => {
  const { running: ingestor, ...on } = watched({ partitions: 1 })
  const running = ingestor.run()
  await on.clock.pass(5 * SECOND_MS)
  expect(await on.sum('moves_total')).toBe(0)
  on.cluster.grow('trades', 3)
  await on.clock.pass(10 * SECOND_MS)
  await stop(on, ingestor)
  await running
  const moved = (await records(on.cluster)).flat().filter(({ headers }) => headers?.control === 'move')
  expect(moved.length).toBeGreaterThan(0)
  expect(await on.sum('moves_total')).toBe(moved.length)
})
