import { SimulatedExchange, serve } from '@candlewick/exchanges'
import { kafkaLog } from '@candlewick/kafka'
import type { Candle, Trade } from '@candlewick/market-data'
import { afterAll, expect, inject, it, onTestFinished, vi } from 'vitest'
import { ServiceProcess } from './process.ts'
import { readTopic, readToTheEnd, valuesOf } from './topics.ts'

const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'ingestors-test' })
let tests = 0

// Processes are slow to start where a machine is busy.
vi.setConfig({ testTimeout: 180_000 })

afterAll(() => log.close())

/** An exchange and its ingestors, on topics of the test's own. */
async function market() {
  const exchange = new SimulatedExchange({ tradesPerSecond: 10 })
  const served = await serve(exchange)
  onTestFinished(() => served.close())
  const prefix = `ingestors-${process.pid}-${tests++}-`
  const env = {
    KAFKA_BROKERS: brokers,
    TOPIC_PREFIX: prefix,
    EXCHANGE: 'simulated',
    EXCHANGE_WS_URL: served.wsUrl('kraken'),
    EXCHANGE_REST_URL: served.restUrl,
    CANDLE_INTERVALS: '1s',
  }
  const start = (name: string, own: Record<string, string>) => {
    const service = new ServiceProcess(name, { ...env, ...own })
    onTestFinished(async () => void (await service.stop()))
    return service
  }
  const ingest = (CONSUMER_GROUP: string, PAIRS: string) => start('trades-ingestor', { CONSUMER_GROUP, PAIRS })
  const idsOf = async (pair: string) =>
    valuesOf<Trade>(await readTopic(log, `${prefix}trades`)).flatMap(trade =>
      trade.pair === pair ? trade.trade_id : [],
    )
  const grows = async (pair: string) => {
    const before = (await idsOf(pair)).length
    await vi.waitFor(async () => expect((await idsOf(pair)).length).toBeGreaterThan(before + 20), {
      timeout: 90_000,
      interval: 200,
    })
  }
  return { prefix, start, ingest, idsOf, grows }
}

const contiguous = (ids: readonly number[]) => ids.map((_, i) => ids[0]! + i)

it('the second of two with a pair in common ends and names both, the first continues, and no candle counts a trade twice', async () => {
  const { prefix, start, ingest, idsOf, grows } = await market()
  const candles = start('candles', {})
  const first = ingest(`${prefix}one`, 'BTC/USD,ETH/USD')
  await first.ready()
  const second = ingest(`${prefix}two`, 'SOL/USD,ETH/USD')
  expect(await second.ended).toBe(1)
  expect(second.output).toMatch(
    /PAIRS=SOL\/USD,ETH\/USD: ETH\/USD is written by \S+-one@\S+, which gave a sign of life \d+ s ago; this one is \S+-two@/,
  )
  for (const pair of ['BTC/USD', 'ETH/USD']) await grows(pair)
  expect(first.exitCode).toBeUndefined()
  expect(await first.stop(), first.output).toBe(0)
  // An ingestor that has stopped leaves its pairs to the next one.
  const third = ingest(`${prefix}two`, 'SOL/USD,ETH/USD')
  await third.ready()
  for (const pair of ['SOL/USD', 'ETH/USD']) await grows(pair)
  expect(await third.stop(), third.output).toBe(0)
  for (const pair of ['BTC/USD', 'ETH/USD', 'SOL/USD']) {
    const ids = await idsOf(pair)
    expect(ids).toEqual(contiguous(ids))
  }
  await readToTheEnd(brokers, log, `${prefix}candles`, `${prefix}trades`)
  expect(await candles.stop(), candles.output).toBe(0)
  const made = valuesOf<Candle>(await readTopic(log, `${prefix}candles`)).filter(c => c.trade_count > 0)
  for (const [pair, own] of Map.groupBy(made, ({ pair }) => pair)) {
    expect(own.length, pair).toBeGreaterThan(1)
    let last = own[0]!.first_trade_id! - 1
    for (const { first_trade_id, last_trade_id, trade_count } of own) {
      expect(first_trade_id).toBe(last + 1)
      expect(trade_count).toBe(last_trade_id! - first_trade_id! + 1)
      last = last_trade_id!
    }
  }
})

it('if several start at the same time, one with the common pair and all with pairs of their own keep running', async () => {
  const { prefix, ingest, idsOf, grows } = await market()
  const rivals = [ingest(`${prefix}a`, 'BTC/USD'), ingest(`${prefix}b`, 'BTC/USD')]
  const others = [ingest(`${prefix}c`, 'ETH/USD'), ingest(`${prefix}d`, 'SOL/USD,XRP/USD')]
  await Promise.all(others.map(other => other.ready()))
  const loser = await Promise.race(rivals.map(rival => rival.ended.then(() => rival)))
  expect(loser.exitCode).toBe(1)
  expect(loser.output).toMatch(/PAIRS=BTC\/USD: BTC\/USD is written by/)
  const winner = rivals.find(rival => rival !== loser)!
  await winner.ready()
  for (const pair of ['BTC/USD', 'ETH/USD', 'SOL/USD', 'XRP/USD']) await grows(pair)
  for (const service of [winner, ...others]) expect(await service.stop(), service.output).toBe(0)
  for (const pair of ['BTC/USD', 'ETH/USD', 'SOL/USD', 'XRP/USD']) {
    const ids = await idsOf(pair)
    expect(ids).toEqual(contiguous(ids))
  }
})
