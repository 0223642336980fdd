import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DEFAULT_TOPIC_NAMES, topicTable } from '@candlewick/market-data'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it, onTestFinished } from 'vitest'
import { moduleOf, write } from '../../packages/own-features/test/features.ts'
import { temporaryFolder } from '../../tests/temporary-folder.ts'
import { chooseExchange } from './exchange.ts'
import { healthOf } from './health.ts'
import { startInProcess } from './in-process.ts'
import { Market } from './market.ts'
import { decimalsOf, figure } from './number.ts'
import { readOptions } from './options.ts'
import { startProcesses } from './processes.ts'
import { healthLine, rowLine, screen } from './screen.ts'
import { FEATURES, serviceEnvironment } from './services.ts'
import { Warnings } from './warnings.ts'

/** Services are processes of their own here, and the machine may be busy. */
const PATIENCE = { timeout: 60_000 }

it('runs the whole pipeline in this process if there is no broker', async () => {
  const store = temporaryFolder()
  const given = { PAIRS: 'BTC/USD,ETH/USD', CANDLE_INTERVALS: '1s,5s', STORE_PARQUET: store }
  const env = serviceEnvironment(given, 'simulated', 'memory:1')
  const cluster = new MemoryCluster()
  const pipeline = await startInProcess(cluster, env, new Warnings())
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
  await expect.poll(() => market.rows().map(row => row.pair), PATIENCE).toEqual(['BTC/USD', 'ETH/USD'])
  await expect.poll(() => market.counts.features, PATIENCE).toBeGreaterThan(6)
  // Files are written when the minute is over.
  const files = () =>
    readdirSync(store, { encoding: 'utf8', recursive: true }).filter(name => name.endsWith('.parquet'))
  await expect.poll(files, { timeout: 90_000, interval: 500 }).not.toEqual([])
  const health = await Promise.all(pipeline.instances().map(healthOf))
  following.abort()
  await pipeline.stop()
  await followed

  expect(health.map(({ name, state }) => [name, state])).toEqual([
    ['trades-ingestor', 'ready'],
    ['candles-1', 'ready'],
    ['candles-2', 'ready'],
    ['technical-indicators', 'ready'],
    ['feature-store', 'ready'],
  ])
  const owned = health.slice(1, 3).flatMap(({ lag }) => [...lag.keys()])
  expect(owned.sort()).toEqual([0, 1, 2])
  expect([...health[4]!.lag.keys()].sort()).toEqual([0, 1, 2])
  expect(market.counts.deadLetters).toBe(0)
  const lineOf = (start: string, width: number) =>
    screen(market, health, ['what went wrong'], width)
      .split('\n')
      .find(line => line.startsWith(start))
  for (const [width, part] of [
    [200, 'vwap_session'],
    [120, 'high'],
    [80, 'rsi_14'],
    [40, 'close'],
  ] as const)
    expect(lineOf('pair', width)).toContain(part)
  for (const width of [20, 40, 80, 120, 200])
    for (const line of screen(market, health, ['x'.repeat(300)], width).split('\n'))
      expect(line.length).toBeLessThanOrEqual(width)
  expect(lineOf('BTC/USD', 80)).toMatch(/^BTC\/USD +\S+ {2}\d\d:\d\d:\d\d( +[\d.–-]+)+$/)
  expect(lineOf('candles-2', 80)).toMatch(/^candles-2 +this +\d( \d)? +\d+ {2}ready/)
  expect(lineOf('what', 80)).toBe('what went wrong')
  expect(lines[0]).toMatch(/^20\S+Z (BTC|ETH)\/USD 1s open [\d.]+ high .* sma_7 –/)
  expect(healthLine(health)).toMatch(/candles-1: ready, partitions \d \(lag \d+\)/)
}, 240_000)

it("shows the values of a user's feature, and its new values after its file was saved again", async () => {
  const features = temporaryFolder()
  const save = (value: number) => write(features, { 'own.ts': moduleOf('own', { update: `[${value}]` }) })
  save(1)
  const given = { PAIRS: 'BTC/USD', CANDLE_INTERVALS: '1s', STORE_PARQUET: temporaryFolder(), INDICATORS: 'sma:2; own' }
  const env = serviceEnvironment({ ...given, FEATURES: features }, 'simulated', 'memory:1')
  const cluster = new MemoryCluster()
  const warnings = new Warnings()
  const pipeline = await startInProcess(cluster, env, warnings)
  const following = new AbortController()
  const market = new Market()
  const topics = topicTable({ ...DEFAULT_TOPIC_NAMES, prefix: 'simulated-' })
  const followed = market.follow(memoryLog(cluster), topics, '1s', following.signal)
  const shown = () => market.rows()[0]?.own
  await expect.poll(shown, PATIENCE).toBe(1)
  write(features, { 'own.ts': 'const own = =' })
  await expect.poll(() => warnings.recent().join(), PATIENCE).toMatch(/The changed features are wrong.*own\.ts: line 1/)
  save(2)
  await expect.poll(shown, PATIENCE).toBe(2)
  following.abort()
  await pipeline.stop()
  await followed
})

it('reports why an instance failed, restarts a killed one, and leaves no process behind', async () => {
  const env = serviceEnvironment({ ...process.env, PAIRS: 'bitcoin' }, 'simulated', '127.0.0.1:1')
  const warnings = new Warnings()
  const pipeline = startProcesses(env, warnings)
  const instances = pipeline.instances()
  await expect.poll(() => instances[0]?.ended, PATIENCE).toEqual({ how: 'ended with code 1', failed: true })
  await expect.poll(() => instances.slice(1).every(({ url }) => url), PATIENCE).toBe(true)
  expect((await healthOf(instances[1]!)).state).toBe('no answer yet from Kafka at 127.0.0.1:1')
  expect(warnings.recent().join('\n')).toContain('trades-ingestor: PAIRS=bitcoin: is not BASE/QUOTE')

  const killed = instances[1]!.pid!
  process.kill(killed, 'SIGKILL')
  await expect.poll(() => warnings.recent().at(-1), PATIENCE).toContain('candles-1: killed by SIGKILL')
  await expect.poll(() => instances[1]!.url && instances[1]!.pid !== killed, PATIENCE).toBe(true)
  await pipeline.stop()
  for (const { pid } of instances) expect(() => process.kill(pid!, 0)).toThrow('ESRCH')
}, 120_000)

it('uses the configured exchange, otherwise Kraken if it answers, otherwise the simulated one', async () => {
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

it('gives the services a prefix for exchanges other than Kraken, unless the user sets one', () => {
  expect(serviceEnvironment({ TOPIC_PREFIX: '' }, 'simulated', 'b:1')).toMatchObject({ TOPIC_PREFIX: 'simulated-' })
  expect(serviceEnvironment({}, 'kraken', 'b:1')).toMatchObject({ TOPIC_PREFIX: '', KAFKA_BROKERS: 'b:1' })
  const own = { TOPIC_PREFIX: 'my-', CANDLE_INTERVALS: '1m', HTTP_PORT: '80', CONSUMER_GROUP: 'g' }
  expect(serviceEnvironment(own, 'kraken', 'b:1')).toEqual({
    TOPIC_PREFIX: 'my-',
    CANDLE_INTERVALS: '1m',
    STORE_PARQUET: FEATURES,
    STORE_PARQUET_FILE_MINUTES: '1',
    EXCHANGE: 'kraken',
    KAFKA_BROKERS: 'b:1',
  })
  expect(serviceEnvironment({ STORE_PARQUET: 's3://own' }, 'kraken', 'b:1').STORE_PARQUET).toBe('s3://own')
})

it('reads --exit-after and refuses unknown arguments', () => {
  expect(readOptions([])).toEqual({ exitAfterMs: undefined, help: false })
  expect(readOptions(['--exit-after', '90s'])).toMatchObject({ exitAfterMs: 90_000 })
  expect(() => readOptions(['--exit-after', 'soon'])).toThrow('--exit-after soon is not a time like 60s')
  expect(() => readOptions(['--faster'])).toThrow(/--faster.*usage: npm start/s)
})

it('shows prices with all their decimals and figures with six digits', () => {
  expect([decimalsOf(58216.7, 58219), decimalsOf(5), decimalsOf(0.00000712), decimalsOf(1e-7)]).toEqual([1, 0, 8, 12])
  expect([figure(58217.3123), figure(-0.0086012), figure(1234567.8), figure(104.6, 8), figure(null)]).toEqual([
    '58217.3',
    '-0.00860',
    '1234568',
    '104.60000000',
    '–',
  ])
})
