import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SimulatedExchange, serve } from '@candlewick/exchanges'
import { kafkaLog } from '@candlewick/kafka'
import { afterAll, expect, inject, it, onTestFinished, vi } from 'vitest'
import { tradeText } from '../../services/trades-ingestor/src/records.ts'
import { Random } from '../simulation/random.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { runTool } from './tool.ts'
import { readTopic, valuesOf } from './topics.ts'

const MINUTE_MS = 60_000
const PAIRS = ['BTC/USD', 'ETH/USD']
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
const random = new Random(SEED)
const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'two-at-once-test' })
let tests = 0

// Each test starts six processes, which are slow to start where a machine is busy.
vi.setConfig({ testTimeout: 240_000 })

afterAll(() => log.close())

const newEnv = () => ({
  KAFKA_BROKERS: brokers,
  TOPIC_PREFIX: `two-at-once-${process.pid}-${tests++}-`,
  PARTITIONS: '2',
  CANDLE_INTERVALS: '1m',
  INDICATORS: 'sma:3',
})

const textsOf = async (topic: string, pair: string): Promise<string[]> =>
  (await readTopic(log, topic)).filter(({ key }) => key === pair).map(({ value }) => String(value))

/** Starts three runs at random moments and kills one of them. Each other one has to succeed or to be refused by name. */
async function compete(args: readonly string[], env: Record<string, string>): Promise<void> {
  console.info(`SEED=${SEED} repeats these runs, apart from the timing`)
  const victim = random.int(0, 2)
  const runs = [0, 1, 2].map(async i => {
    await sleep(random.int(0, 4000))
    const run = runTool('backfill', args, env)
    if (i === victim) setTimeout(() => run.kill(), random.int(1000, 5000))
    const code = await run.ended
    if (code === 1)
      expect(run.output()).toMatch(
        /Another run of this command writes to \S+trades\S*, and this one has ended without harm/,
      )
    else expect(code, run.output()).toBe(i === victim && code === null ? null : 0)
  })
  await Promise.all(runs)
}

it('writes each trade of a file once when three runs compete and one is killed', async () => {
  const env = newEnv()
  const topic = `${env.TOPIC_PREFIX}trades`
  const trades = Array.from({ length: 160_000 }, (_, i) => ({
    pair: PAIRS[i % 2]!,
    trade_id: Math.floor(i / 2),
    side: 'buy' as const,
    price: `64000.${i % 10}0`,
    qty: '0.1',
    timestamp_ms: 1_767_225_600_000 + i * 10,
  }))
  const file = join(temporaryFolder(), 'trades.ndjson')
  await writeFile(file, trades.map(each => `${tradeText(each)}\n`).join(''))
  const args = ['--pair', PAIRS.join(), '--file', file]
  await compete(args, env)
  const last = runTool('backfill', args, env)
  expect(await last.ended, last.output()).toBe(0)
  for (const pair of PAIRS) {
    const expected = trades.filter(each => each.pair === pair).map(tradeText)
    expect((await textsOf(topic, pair)).join('\n')).toBe(expected.join('\n'))
  }
})

it('writes each trade of a history, and each candle and row of a suffix, once when three runs compete and one is killed', async () => {
  const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: Date.now() - 60 * MINUTE_MS })
  const served = await serve(exchange)
  onTestFinished(() => served.close())
  const env = { ...newEnv(), EXCHANGE_REST_URL: served.restUrl }
  const toMs = Math.floor(exchange.time.now() / MINUTE_MS) * MINUTE_MS
  const fromMs = toMs - 30 * MINUTE_MS
  const [from, to] = [fromMs, toMs].map(ms => new Date(ms).toISOString()) as [string, string]
  const args = ['--pair', PAIRS.join(), '--exchange', 'binance', '--from', from, '--to', to, '--suffix', '-h']
  await compete(args, env)
  const last = runTool('backfill', args, env)
  expect(await last.ended, last.output()).toBe(0)
  for (const pair of PAIRS) {
    const ids = [exchange.lastIdBefore(pair, fromMs) + 1, exchange.lastIdBefore(pair, toMs)] as const
    expect(await textsOf(`${env.TOPIC_PREFIX}trades-h`, pair)).toEqual(exchange.trades(pair, ...ids).map(tradeText))
    for (const name of ['candles', 'technical-indicators']) {
      const rows = valuesOf<{ pair: string; open_time_ms: number }>(
        await readTopic(log, `${env.TOPIC_PREFIX}${name}-h`),
      )
      const opens = rows.filter(row => row.pair === pair).map(row => row.open_time_ms)
      expect(opens, `${name} of ${pair}`).toEqual(Array.from({ length: 30 }, (_, i) => fromMs + i * MINUTE_MS))
    }
  }
  const changed = runTool('backfill', args, { ...env, CANDLE_INTERVALS: '1m,5m' })
  expect(await changed.ended).toBe(1)
  expect(changed.output()).toMatch(/were made with CANDLE_INTERVALS=1m, and now it is 1m,5m: .*--suffix -h-2\n$/)
})
