import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { topicTable } from '@candlewick/market-data'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it, onTestFinished } from 'vitest'
import { chooseExchange } from './exchange.ts'
import { healthOf } from './health.ts'
import { startInProcess } from './in-process.ts'
import { Market } from './market.ts'
import { readOptions } from './options.ts'
import { startProcesses } from './processes.ts'
import { healthLine, rowLine, screen } from './screen.ts'
import { serviceEnvironment } from './services.ts'

it('runs the whole pipeline in this process where there is no broker', async () => {
  const env = serviceEnvironment({ PAIRS: 'BTC/USD,ETH/USD', CANDLE_INTERVALS: '1s,5s' }, 'simulated', 'memory:0')
  const cluster = new MemoryCluster()
  const pipeline = await startInProcess(cluster, env)
  const following = new AbortController()
  const market = new Market()
  const lines: string[] = []
  market.onRow = row => lines.push(rowLine(row))
  const names = {
    prefix: 'simulated-',
    trades: 'trades',
    candles: 'candles',
    technicalIndicators: 'technical-indicators',
  }
  const followed = market.follow(memoryLog(cluster), topicTable(names), '1s', following.signal)
  await expect.poll(() => market.rows().map(row => row.pair), { timeout: 15_000 }).toEqual(['BTC/USD', 'ETH/USD'])
  await expect.poll(() => market.counts.features, { timeout: 15_000 }).toBeGreaterThan(6)
  const health = await Promise.all(pipeline.instances().map(healthOf))
  following.abort()
  await pipeline.stop()
  await followed

  expect(health.map(({ name, state }) => [name, state])).toEqual([
    ['trades-ingestor', 'ready'],
    ['candles-1', 'ready'],
    ['candles-2', 'ready'],
    ['technical-indicators', 'ready'],
  ])
  const owned = health.slice(1, 3).flatMap(({ lag }) => [...lag.keys()])
  expect(owned.sort()).toEqual([0, 1, 2])
  expect(market.counts.deadLetters).toBe(0)
  const shown = screen(market, health, ['how to go on'], 200)
  for (const part of ['BTC/USD', 'ETH/USD', '1s candle', 'sma_7', 'candles-2', 'how to go on'])
    expect(shown).toContain(part)
  expect(lines[0]).toMatch(/^20\S+Z (BTC|ETH)\/USD 1s open [\d.]+ high .* sma_7 –/)
  expect(healthLine(health)).toMatch(/candles-1: ready, partitions \d \(\d+\)/)
})

it('sees an instance that fails, says why, and leaves no process behind', async () => {
  const env = serviceEnvironment({ ...process.env, PAIRS: 'bitcoin' }, 'simulated', '127.0.0.1:1')
  const pipeline = startProcesses(env)
  const instances = pipeline.instances()
  await expect.poll(() => instances[0]?.ended, { timeout: 15_000 }).toEqual({ how: 'ended with code 1', failed: true })
  await expect.poll(() => instances.slice(1).every(({ url }) => url), { timeout: 15_000 }).toBe(true)
  expect((await healthOf(instances[1]!)).state).toBe('no answer yet from Kafka at 127.0.0.1:1')
  expect(pipeline.warnings().join('\n')).toContain('trades-ingestor: PAIRS=bitcoin: is not BASE/QUOTE')
  await pipeline.stop()
  for (const { pid } of instances) expect(() => process.kill(pid!, 0)).toThrow('ESRCH')
})

it('takes the exchange that is named, else Kraken if it answers, else the simulated one', async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/0/public/Time' ? 200 : 404).end('{}')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect((await chooseExchange({ EXCHANGE: 'replay' })).name).toBe('replay')
  expect((await chooseExchange({ EXCHANGE_REST_URL: url })).name).toBe('kraken')
  expect((await chooseExchange({ EXCHANGE_REST_URL: 'http://127.0.0.1:1' })).name).toBe('simulated')
})

it('gives the services a prefix of their own for what is not Kraken, and the user the last word', () => {
  expect(serviceEnvironment({ TOPIC_PREFIX: '' }, 'simulated', 'b:1')).toMatchObject({ TOPIC_PREFIX: 'simulated-' })
  expect(serviceEnvironment({}, 'kraken', 'b:1')).toMatchObject({ TOPIC_PREFIX: '', KAFKA_BROKERS: 'b:1' })
  const own = { TOPIC_PREFIX: 'my-', CANDLE_INTERVALS: '1m', HTTP_PORT: '80', CONSUMER_GROUP: 'g' }
  expect(serviceEnvironment(own, 'kraken', 'b:1')).toEqual({
    TOPIC_PREFIX: 'my-',
    CANDLE_INTERVALS: '1m',
    EXCHANGE: 'kraken',
    KAFKA_BROKERS: 'b:1',
  })
})

it('reads --exit-after and refuses what it does not know', () => {
  expect(readOptions([])).toEqual({ exitAfterMs: undefined })
  expect(readOptions(['--exit-after', '90s'])).toEqual({ exitAfterMs: 90_000 })
  expect(() => readOptions(['--exit-after', 'soon'])).toThrow('--exit-after soon is not a time like 60s')
  expect(() => readOptions(['--faster'])).toThrow(/--faster.*usage: npm start/s)
})
