import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SimulatedExchange, serve } from '@candlewick/exchanges'
import { kafkaLog } from '@candlewick/kafka'
import type { Candle } from '@candlewick/market-data'
import type { LogRecord } from '@candlewick/streams'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { ServiceProcess } from './process.ts'
import { readTopic, valuesOf } from './topics.ts'

const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'bad-input-test' })
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
let tests = 0

// Processes are slow to start where a machine is busy.
vi.setConfig({ testTimeout: 180_000 })

afterAll(() => log.close())

/** A service on topics of the test's own. */
function start(name: string, env: Record<string, string>): ServiceProcess {
  const service = new ServiceProcess(name, { KAFKA_BROKERS: brokers, ...env })
  onTestFinished(async () => void (await service.stop()))
  return service
}

const newPrefix = (): string => `bad-${process.pid}-${tests++}-`
const minute = 1_767_225_600_000
const trade = (id: number, atMs: number, fields: object = {}) =>
  JSON.stringify({ pair: 'A/B', trade_id: id, side: 'buy', price: 1, qty: 1, timestamp_ms: minute + atMs, ...fields })

/** Writes records as a foreign producer does, without markers and watermarks. */
async function produce(topic: string, values: readonly string[], key = 'A/B'): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: values.map(value => ({ key, value })) })
  await producer.disconnect()
}

async function until(topic: string, count: number): Promise<LogRecord[]> {
  const read = async () => {
    const records = await readTopic(log, topic)
    if (records.length < count) throw new Error(`${records.length} of ${count} records in ${topic}`)
    return records
  }
  return vi.waitFor(read, { timeout: 90_000, interval: 200 })
}

/** A dead letter's reason, detail and source. */
const told = ({ headers }: LogRecord) => {
  const { service, source_topic, source_offset, reason, detail } = headers ?? {}
  return { service, source_topic, offset: Number(source_offset), reason, detail }
}

describe('a wrong configuration ends every service at once, with one message that names the variable', () => {
  const barsFile = (text: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'candlewick-test-'))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'bars.json')
    writeFileSync(file, text)
    return file
  }
  const wrong: [string, Record<string, string>, string][] = [
    [
      'candles',
      { CANDLE_INTERVALS: '1m,tick:0' },
      'CANDLE_INTERVALS=tick:0: is no threshold of tick bars: use a whole',
    ],
    ['candles', { CANDLE_INTERVALS: 'ticks:5' }, 'CANDLE_INTERVALS=ticks:5: is not a bar of a known kind: use tick'],
    ['candles', { BARS: '/nowhere/bars.json' }, 'BARS=/nowhere/bars.json: cannot be read'],
    ['candles', { BARS: barsFile('{"BTC/USD": {"volume": -1}}') }, 'bars.json: BTC/USD.volume -1 is no threshold'],
    [
      'candles',
      { BARS: barsFile('{"BTC/USDT": {"tick": 5}}'), PAIRS: 'BTC/USD' },
      'BARS: the file names BTC/USDT, but the pairs are BTC/USD: correct the name, or add it to PAIRS',
    ],
    [
      'trades-ingestor',
      { BARS: barsFile('{"BTC/USDT": {"tick": 5}}') },
      'BARS: the file names BTC/USDT, but the pairs are BTC/USD, ETH/USD, SOL/USD',
    ],
    ['candles', { CANDLE_INTERVALS: '1m,7m' }, 'CANDLE_INTERVALS=7m: is not an interval'],
    ['technical-indicators', { INDICATORS: 'sma:7;smaa:3' }, 'INDICATORS=sma:7;smaa:3: '],
    ['trades-ingestor', { CANDLE_INTERVALS: '7d' }, 'CANDLE_INTERVALS=7d: is not an interval'],
    ['trades-ingestor', { PAIRS: 'BTC/USD,bitcoin' }, 'PAIRS=bitcoin: is not BASE/QUOTE'],
    [
      'trades-ingestor',
      { EXCHANGE: 'simulated', SIMULATED_FAULTS: 'nope:0.5' },
      'SIMULATED_FAULTS=nope:0.5: names no fault',
    ],
    [
      'candles',
      { TRADES_TOPIC: 'x', CANDLES_TOPIC: 'x', KAFKA_BROKERS: '127.0.0.1:1' },
      'CANDLES_TOPIC=x: names the topic x',
    ],
  ]
  it.concurrent.each(wrong)('%s with %o', async (name, env, message) => {
    const service = new ServiceProcess(name, { KAFKA_BROKERS: brokers, ...env })
    expect(await service.ended).toBe(1)
    const [heading, ...lines] = service.lines
    expect(heading).toBe(`${name} cannot start, its configuration is wrong:`)
    expect(lines).toEqual([expect.stringContaining(message)])
  })
})

it('a broker that cannot be reached is named and waited for; the process lives, is not ready, and can be stopped', async () => {
  const service = start('candles', { KAFKA_BROKERS: '127.0.0.1:1' })
  await service.says(/^Kafka at 127\.0\.0\.1:1 does not answer, trying again: /)
  expect(await service.get('/healthz')).toMatchObject({ status: 200 })
  expect(await service.get('/readyz')).toMatchObject({ status: 503, text: expect.stringContaining('127.0.0.1:1') })
  expect(await service.stop()).toBe(0)
})

describe('of an exchange', () => {
  async function ingest(exchange: SimulatedExchange, PAIRS: string) {
    const served = await serve(exchange)
    onTestFinished(() => served.close())
    const TOPIC_PREFIX = newPrefix()
    const urls = { EXCHANGE_WS_URL: served.wsUrl('kraken'), EXCHANGE_REST_URL: served.restUrl }
    const service = start('trades-ingestor', {
      EXCHANGE: 'simulated',
      HISTORY_HOURS: '0',
      PAIRS,
      TOPIC_PREFIX,
      ...urls,
    })
    return { service, topic: `${TOPIC_PREFIX}trades` }
  }

  it('an unknown pair is named in the log and by /readyz, and the other pairs continue', async () => {
    const { service, topic } = await ingest(new SimulatedExchange({ refuse: ['FOO/BAR'] }), 'BTC/USD,FOO/BAR')
    expect(await service.says(/refuses FOO\/BAR/)).toMatchObject({
      level: 'error',
      pair: 'FOO/BAR',
      msg: 'The exchange refuses FOO/BAR: Currency pair not supported FOO/BAR',
    })
    const trades = valuesOf<{ pair: string }>(await until(topic, 60))
    expect(new Set(trades.map(({ pair }) => pair))).toEqual(new Set(['BTC/USD']))
    expect((await service.get('/readyz')).text).toContain('FOO/BAR refused: Currency pair not supported FOO/BAR')
    expect(await service.stop()).toBe(0)
  })

  it('a malformed message ends the connection with its text, and the trades that it may have held are fetched', async () => {
    const exchange = new SimulatedExchange()
    const { service, topic } = await ingest(exchange, 'BTC/USD')
    const before = await until(topic, 60)
    exchange.fault('malformed')
    const lost = await service.says(/^The connection to the exchange is lost, and is opened again: malformed message: /)
    expect(lost).toMatchObject({ level: 'warn', pairs: ['BTC/USD'] })
    const after = valuesOf<{ trade_id: number }>(await until(topic, before.length + 30))
    const first = after[0]!.trade_id
    expect(after.map(({ trade_id }) => trade_id)).toEqual(after.map((_, i) => first + i))
    expect(service.exitCode).toBeUndefined()
  })
})

it('malformed records on trades and candles are dead letters that name the field; the services continue', async () => {
  const TOPIC_PREFIX = newPrefix()
  const env = { TOPIC_PREFIX, PARTITIONS: '1', CANDLE_INTERVALS: '1m' }
  const services = [start('candles', env), start('technical-indicators', env)]
  await Promise.all(services.map(service => service.ready()))
  const bad: [value: string, reason: string, detail: RegExp][] = [
    ['', 'malformed', /not JSON/],
    ['{"pair":"A/B"', 'malformed', /not JSON/],
    ['\u0000\u0001', 'malformed', /not JSON/],
    ['null', 'malformed', /object/],
    [trade(2, 2, { price: '1' }), 'malformed', /price: .*number/],
    [trade(2, 2, { qty: true }), 'malformed', /qty: .*number/],
    [trade(2, 2, { trade_id: '2' }), 'malformed', /trade_id: .*number/],
    [trade(2, 2, { price: -1 }), 'malformed', /price: /],
    [trade(2, 2).replace('"price":1', '"price":NaN'), 'malformed', /not JSON: .*NaN/],
    [trade(2, 2, { price: null }), 'malformed', /price: /],
    [trade(2, 2, { timestamp_ms: minute / 1000 }), 'malformed', /timestamp_ms: .*seconds\?/],
    [trade(2, 2, { pair: 'C/D' }), 'malformed', /pair C\/D .*A\/B/],
    [trade(2, -60_000), 'late', /timestamp_ms/],
    [trade(0, 2), 'stale_id', /trade_id 0/],
    [trade(2, 1e12), 'future', /timestamp_ms/],
  ]
  await produce(`${TOPIC_PREFIX}trades`, [trade(1, 0), trade(1, 0), ...bad.map(([value]) => value), trade(2, 60_000)])
  const [row] = valuesOf<Candle>(await until(`${TOPIC_PREFIX}technical-indicators`, 1))
  expect(row).toMatchObject({ open_time_ms: minute, trade_count: 1, close: 1 })
  await produce(`${TOPIC_PREFIX}candles`, ['{"pair":"A/B"}', JSON.stringify({ ...row, volume: '1' })])
  const letters = (await until(`${TOPIC_PREFIX}dead-letters`, bad.length + 2)).map(told)
  expect(letters.filter(({ service }) => service === 'candles')).toEqual(
    bad.map(([, reason, detail], i) => ({
      service: 'candles',
      source_topic: `${TOPIC_PREFIX}trades`,
      offset: i + 2,
      reason,
      detail: expect.stringMatching(detail),
    })),
  )
  expect(letters.filter(({ service }) => service === 'technical-indicators')).toMatchObject([
    { source_topic: `${TOPIC_PREFIX}candles`, reason: 'malformed', detail: expect.stringContaining('interval') },
    { reason: 'malformed', detail: expect.stringContaining('volume') },
  ])
  const metrics = await services[0]!.get('/metrics')
  for (const [name, count] of [
    ['duplicates_total', 1],
    ['unmarked_keys_total', 1],
    ['outputs_total', 1],
  ] as const)
    expect(metrics.text).toMatch(new RegExp(`^candlewick_${name}\\{[^}]*\\} ${count}$`, 'm'))
  for (const reason of ['malformed', 'late', 'stale_id', 'future'])
    expect(metrics.text).toMatch(
      new RegExp(`^candlewick_dead_letters_total\\{[^}]*reason="${reason}"[^}]*\\} \\d+$`, 'm'),
    )
  for (const service of services) expect(await service.stop(), service.output).toBe(0)
})

it('a broken line of a CSV file is named and left out as a gap, and the replay continues to its end', async () => {
  const file = join(temporaryFolder(), 'trades.csv')
  await writeFile(file, '1767225600,1,1\n1767225601,-1,1\n1767225602,1\n1767225603,2,1\n')
  const TOPIC_PREFIX = newPrefix()
  const service = start('trades-ingestor', { EXCHANGE: 'replay', REPLAY_FILE: file, PAIRS: 'A/B', TOPIC_PREFIX })
  expect(await service.ended, service.output).toBe(0)
  const errors = service.log.filter(({ level }) => level === 'error').map(({ msg }) => msg)
  expect(errors).toEqual([
    `${file}, line 2 is left out: price "-1" is not a decimal number`,
    `${file}, line 3 is left out: 2 columns instead of 3`,
    '2 trades of A/B cannot be obtained from the exchange: their windows have complete: false',
  ])
  expect(valuesOf<{ trade_id: number }>(await readTopic(log, `${TOPIC_PREFIX}trades`)).map(t => t.trade_id)).toEqual([
    1, 4,
  ])
})

it('trades of a producer that writes no watermarks: CLOSE_AFTER_IDLE_MS closes the window, through the log', async () => {
  const TOPIC_PREFIX = newPrefix()
  const env = { TOPIC_PREFIX, PARTITIONS: '1', CANDLE_INTERVALS: '1s', CLOSE_AFTER_IDLE_MS: '500' }
  const service = start('candles', env)
  await service.ready()
  const now = Date.now()
  await produce(`${TOPIC_PREFIX}trades`, [trade(1, now - minute)])
  const candles = valuesOf<Candle>(await until(`${TOPIC_PREFIX}candles`, 4))
  const first = now - (now % 1000)
  expect(candles.slice(0, 4).map(c => [c.open_time_ms, c.trade_count, c.close])).toEqual(
    [1, 0, 0, 0].map((count, i) => [first + i * 1000, count, 1]),
  )
  expect(await service.stop()).toBe(0)
})
