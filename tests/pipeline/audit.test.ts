import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SimulatedExchange, serve } from '@candlewick/exchanges'
import { kafkaLog } from '@candlewick/kafka'
import type { Candle } from '@candlewick/market-data'
import { afterAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { ServiceProcess } from './process.ts'
import { DATA } from './recordings.ts'
import { runTool } from './tool.ts'
import { readTopic, readToTheEnd, valuesOf } from './topics.ts'

const MINUTE_MS = 60_000
const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'audit-test' })
let tests = 0

// Processes are slow to start where a machine is busy.
vi.setConfig({ testTimeout: 180_000 })

afterAll(() => log.close())

const newEnv = () => ({
  KAFKA_BROKERS: brokers,
  TOPIC_PREFIX: `audit-${process.pid}-${tests++}-`,
  PARTITIONS: '1',
  CANDLE_INTERVALS: '1m',
})

type Env = ReturnType<typeof newEnv> & Record<string, string>

/** Makes candles from all trades in the topic. */
async function makeCandles(env: Env): Promise<Candle[]> {
  const candles = new ServiceProcess('candles', env)
  onTestFinished(async () => void (await candles.stop()))
  await candles.ready()
  await readToTheEnd(brokers, log, `${env.TOPIC_PREFIX}candles`, `${env.TOPIC_PREFIX}trades`)
  expect(await candles.stop(), candles.output).toBe(0)
  return valuesOf<Candle>(await readTopic(log, `${env.TOPIC_PREFIX}candles`))
}

async function audit(args: readonly string[], env: Env) {
  const run = runTool('audit', args, env)
  return { code: await run.ended, output: run.output() }
}

/** Writes a candle in place of the service. */
async function overwrite(env: Env, candle: Candle): Promise<void> {
  const producer = await log.producer(`${env.TOPIC_PREFIX}forger`)
  const topic = `${env.TOPIC_PREFIX}candles`
  await producer.transact([{ topic, partition: 0, key: candle.pair, value: JSON.stringify(candle) }])
  await producer.close()
}

it('prints each difference and ends with 1', async () => {
  const exchange = new SimulatedExchange({ tradesPerSecond: 1 })
  const served = await serve(exchange)
  onTestFinished(() => served.close())
  const env = { ...newEnv(), EXCHANGE_REST_URL: served.restUrl }
  const toMs = Math.floor((Date.now() - MINUTE_MS) / MINUTE_MS) * MINUTE_MS
  const span = [toMs - 90 * MINUTE_MS, toMs].map(ms => new Date(ms).toISOString())
  const pairs = ['--pair', 'BTC/USD,ETH/USD', '--exchange', 'coinbase']
  const filled = runTool('backfill', [...pairs, '--from', span[0]!, '--to', span[1]!], env)
  expect(await filled.ended, filled.output()).toBe(0)
  const ours = await makeCandles(env)
  // The last minutes are after the backfill's end.
  const hours = ['--hours', String((Date.now() - toMs + 60 * MINUTE_MS) / 3_600_000)]
  const before = await audit([...pairs, ...hours], env)
  const missing = before.output.split('\n').filter(line => /ours is not there/.test(line))
  expect(missing.every(line => Date.parse(`${line.split(' ')[2]}Z`) >= toMs)).toBe(true)
  expect(before.output.split('\n').filter(line => /ours \d/.test(line))).toEqual([])
  const wrong = ours.findLast(c => c.pair === 'ETH/USD' && c.trade_count > 0 && c.open_time_ms < toMs - MINUTE_MS)!
  await overwrite(env, { ...wrong, high: wrong.high + 1, volume: wrong.volume * 2 })
  const after = await audit([...pairs, ...hours], env)
  expect(after.code).toBe(1)
  const at = new Date(wrong.open_time_ms).toISOString().slice(0, 19)
  expect(after.output.split('\n').filter(line => /ours \d/.test(line))).toEqual([
    expect.stringMatching(new RegExp(`^ETH/USD 1m ${at} high {8}ours ${wrong.high + 1}, the exchange's [\\d.]+$`)),
    expect.stringMatching(new RegExp(`^ETH/USD 1m ${at} volume {6}ours [\\d.]+, the exchange's [\\d.]+$`)),
  ])
})

/** A server with Kraken's recorded candles, by Kraken's REST protocol. */
async function recordedKraken(): Promise<string> {
  const [, ...lines] = readFileSync(join(DATA, 'kraken-ohlc-1m-xbtusdt.csv'), 'utf8').trim().split(/\r?\n/)
  const rows = lines
    .map(line => line.split(','))
    .map(([time, ...rest]) => [Number(time), ...rest.slice(0, 6), Number(rest[6])])
  // The candle in progress comes last.
  const result = { XBTUSDT: [...rows, rows.at(-1)], last: 0 }
  const server = createServer((_request, response) => response.end(JSON.stringify({ error: [], result })))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe.skipIf(!existsSync(DATA))(
  `recorded Kraken trades${existsSync(DATA) ? '' : `: LEFT OUT, none at ${DATA}`}`,
  () => {
    it('give 0 differences from the candles that Kraken itself made', async () => {
      const env = newEnv()
      const replay = new ServiceProcess('trades-ingestor', {
        ...env,
        EXCHANGE: 'replay',
        REPLAY_FILE: join(DATA, 'kraken-rest-trades-xbtusdt.json'),
        PAIRS: 'BTC/USDT',
      })
      expect(await replay.ended, replay.output).toBe(0)
      await makeCandles(env)
      const EXCHANGE_REST_URL = await recordedKraken()
      const hours = String(Math.ceil((Date.now() - Date.UTC(2025, 10, 10)) / 3_600_000))
      const { code, output } = await audit(['--pair', 'BTC/USDT', '--hours', hours], { ...env, EXCHANGE_REST_URL })
      expect(output).toMatch(/^BTC\/USDT 1m: 0 differences in 199 candles /)
      expect(code).toBe(0)
    })
  },
)
