import { kafkaLog } from '@candlewick/kafka'
import { Candle, intervalMs, Trade } from '@candlewick/market-data'
import type { Log } from '@candlewick/streams'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { composeProject } from './compose.ts'

const project = await composeProject(`candlewick-test-${process.pid}`)
const PATIENCE = { timeout: 120_000, interval: 1000 }
let log: Log

beforeAll(async () => {
  await project.up(3)
  log = kafkaLog({ brokers: [project.kafka], clientId: 'compose-test' })
})

afterAll(async () => {
  await log?.close()
  await project.down()
  expect(await project.leftovers()).toEqual([])
})

async function values<T>(topic: string, parse: (value: unknown) => T): Promise<T[]> {
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  const each = Array.from({ length: count }, (_, partition) => valuesOf(topic, partition, parse))
  return (await Promise.all(each)).flat()
}

async function valuesOf<T>(topic: string, partition: number, parse: (value: unknown) => T): Promise<T[]> {
  const found: T[] = []
  const { start, end } = await log.offsets(topic, partition)
  for await (const records of log.read(topic, partition, start, end))
    for (const { headers, value } of records) if (!headers?.control) found.push(parse(JSON.parse(String(value))))
  return found
}

const candles = () => values('candles', value => Candle.parse(value))
const nameOf = (c: Candle) => `${c.pair} ${c.interval} ${c.open_time_ms}`

/** Checks that every window exists once, that none is missing, and that each complete candle equals its trades. */
async function checkCandles(): Promise<number> {
  const found = await candles()
  const trades = await values('trades', value => Trade.parse(value))
  expect(new Set(found.map(nameOf)).size).toBe(found.length)
  const series = Map.groupBy(found, c => `${c.pair} ${c.interval}`)
  for (const list of series.values()) {
    list.sort((a, b) => a.open_time_ms - b.open_time_ms)
    for (const [i, candle] of list.entries()) if (i > 0) expect(candle.open_time_ms).toBe(list[i - 1]!.close_time_ms)
  }
  const complete = found.filter(c => c.complete)
  for (const c of complete) {
    const inside = trades
      .filter(t => t.pair === c.pair && t.timestamp_ms >= c.open_time_ms && t.timestamp_ms < c.close_time_ms)
      .sort((a, b) => a.trade_id - b.trade_id)
    const prices = inside.map(t => t.price)
    const expected =
      inside.length === 0
        ? { trade_count: 0, volume: 0, high: c.open, low: c.open, close: c.open }
        : {
            trade_count: inside.length,
            open: prices[0],
            high: Math.max(...prices),
            low: Math.min(...prices),
            close: prices.at(-1),
          }
    expect(c).toMatchObject({ ...expected, close_time_ms: c.open_time_ms + intervalMs(c.interval) })
  }
  return complete.length
}

/** Waits until there are so many more candles than now. */
async function moreCandles(count: number): Promise<void> {
  const before = (await candles()).length
  await expect.poll(async () => (await candles()).length, PATIENCE).toBeGreaterThanOrEqual(before + count)
}

async function outputsOf(index: number): Promise<number> {
  const metrics = await project.metrics('candles', index)
  return Number(/^candlewick_outputs_total\S* (\d+)/m.exec(metrics)?.[1] ?? Number.NaN)
}

it('starts with every service healthy and the topics created, and without fixed names or host ports on services that scale', async () => {
  const services = ['redpanda', 'trades-ingestor', 'candles', 'technical-indicators', 'dashboard']
  await expect
    .poll(
      async () => (await project.containers()).filter(c => services.includes(c.Service) && c.Health !== 'healthy'),
      PATIENCE,
    )
    .toEqual([])
  const all = await project.containers()
  const instances = all.filter(c => c.Service === 'candles')
  expect(instances).toHaveLength(3)
  expect(instances.flatMap(c => c.Publishers ?? []).filter(p => p.PublishedPort > 0)).toEqual([])
  expect(all.find(c => c.Service === 'create-topics')).toMatchObject({ State: 'exited', ExitCode: 0 })
  const listed = await project.rpk('topic', 'list')
  for (const topic of [
    'trades',
    'candles',
    'candles-live',
    'technical-indicators',
    'dead-letters',
    'candles-changelog',
  ])
    expect(listed).toMatch(new RegExp(`^${topic}\\s`, 'm'))
  for (const page of [project.console, project.dashboard]) expect((await fetch(page)).ok).toBe(true)
})

it('makes the right candles in more than one instance, and feature rows from them', async () => {
  await moreCandles(30)
  expect(await checkCandles()).toBeGreaterThan(10)
  await expect
    .poll(async () => (await Promise.all([1, 2, 3].map(outputsOf))).filter(n => n > 0).length, PATIENCE)
    .toBeGreaterThanOrEqual(2)
  await expect
    .poll(async () => (await values('technical-indicators', v => Candle.parse(v))).length, PATIENCE)
    .toBeGreaterThan(10)
  const consumed = await project.rpk('topic', 'consume', 'candles', '--num', '1', '--read-committed')
  expect(JSON.parse(consumed)).toMatchObject({ topic: 'candles', key: expect.stringContaining('/') })
})

it('processes an added partition', async () => {
  await project.rpk('topic', 'add-partitions', 'trades', '--num', '1')
  await expect
    .poll(async () => (await log.topics.partitions(['candles-changelog'])).get('candles-changelog'), PATIENCE)
    .toBe(4)
  const added = async () => (await valuesOf('trades', 3, value => Trade.parse(value))).length
  await expect.poll(added, PATIENCE).toBeGreaterThan(0)
  await moreCandles(30)
  await checkCandles()
})

it('continues with one instance', async () => {
  await project.up(1)
  expect((await project.containers()).filter(c => c.Service === 'candles')).toHaveLength(1)
  await moreCandles(30)
  await checkCandles()
  expect(await values('dead-letters', value => value)).toEqual([])
})

it('ends every service in order on SIGTERM', async () => {
  const services = ['trades-ingestor', 'candles', 'technical-indicators', 'dashboard']
  await Promise.all(services.map(project.stop))
  const ended = (await project.containers()).filter(c => services.includes(c.Service))
  expect(ended.map(c => `${c.Service} ${c.State} ${c.ExitCode}`).sort()).toEqual(
    services.map(service => `${service} exited 0`).sort(),
  )
})
