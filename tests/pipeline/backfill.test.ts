import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXCHANGE_NAMES, type ExchangeTrade, SimulatedExchange, serve } from '@candlewick/exchanges'
import { kafkaLog } from '@candlewick/kafka'
import type { Candle } from '@candlewick/market-data'
import { afterAll, expect, inject, it, onTestFinished, vi } from 'vitest'
import { tradeText } from '../../services/trades-ingestor/src/records.ts'
import { zip } from '../../tools/backfill/zip.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { ServiceProcess } from './process.ts'
import { runTool } from './tool.ts'
import { readTopic, valuesOf } from './topics.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const PAIRS = ['BTC/USD', 'ETH/USD']
const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'backfill-test' })
let tests = 0

// Processes are slow to start where a machine is busy.
vi.setConfig({ testTimeout: 180_000 })

afterAll(() => log.close())

const newEnv = () => ({
  KAFKA_BROKERS: brokers,
  TOPIC_PREFIX: `backfill-${process.pid}-${tests++}-`,
  PARTITIONS: '2',
  CANDLE_INTERVALS: '1m',
  INDICATORS: 'sma:3',
})

const textsOf = async (topic: string, pair: string): Promise<string[]> =>
  (await readTopic(log, topic)).filter(({ key }) => key === pair).map(({ value }) => String(value))

/** An exchange whose time stands still, an hour ago, and its trades of the minutes before that. */
async function historic(minutes: number) {
  const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: Date.now() - HOUR_MS })
  const served = await serve(exchange)
  onTestFinished(() => served.close())
  const toMs = Math.floor(exchange.time.now() / MINUTE_MS) * MINUTE_MS
  const fromMs = toMs - minutes * MINUTE_MS
  const expected = (pair: string, from = fromMs): string[] =>
    exchange.trades(pair, exchange.lastIdBefore(pair, from) + 1, exchange.lastIdBefore(pair, toMs)).map(tradeText)
  const time = (ms: number) => new Date(ms).toISOString()
  return {
    exchange,
    url: served.restUrl,
    fromMs,
    toMs,
    expected,
    span: ['--from', time(fromMs), '--to', time(toMs)],
    time,
  }
}

/** Kills a backfill once it has written some of its trades, but not all. */
async function killInTheMiddle(args: readonly string[], env: Record<string, string>, topic: string, whole: number) {
  const first = runTool('backfill', args, env)
  const count = async () => (await readTopic(log, topic)).length
  await vi.waitFor(async () => expect(await count(), first.output()).toBeGreaterThan(0), {
    timeout: 90_000,
    interval: 50,
  })
  first.kill()
  expect(await first.ended).toBe(null)
  expect(await count()).toBeLessThan(whole)
}

it.each(EXCHANGE_NAMES)(
  '%s: writes each trade of several pairs once when it is killed and run again, and nothing when it is run a third time',
  async name => {
    const { url, span, expected } = await historic(40)
    const env = { ...newEnv(), EXCHANGE_REST_URL: url }
    const topic = `${env.TOPIC_PREFIX}trades`
    const args = ['--pair', PAIRS.join(), '--exchange', name, ...span]
    await killInTheMiddle(args, env, topic, 2 * expected(PAIRS[0]!).length)
    const second = runTool('backfill', args, env)
    expect(await second.ended, second.output()).toBe(0)
    expect(second.output()).toContain(`Written to ${topic}.`)
    for (const pair of PAIRS) expect(await textsOf(topic, pair)).toEqual(expected(pair))
    const third = runTool('backfill', args, env)
    expect(await third.ended, third.output()).toBe(0)
    const complete = PAIRS.map(pair => `${pair} is already written, up to the end.\n`).join('')
    expect(third.output()).toBe(`${complete}{"v":1,"ok":true,"pairs":[]}\n`)
    for (const pair of PAIRS) expect(await textsOf(topic, pair)).toHaveLength(expected(pair).length)
  },
)

it('refuses to write to live topics after a pair’s first trade, with the reason, and writes to topics with a suffix', async () => {
  const { url, fromMs, span, expected, time, toMs } = await historic(10)
  const env = { ...newEnv(), EXCHANGE_REST_URL: url }
  const topic = `${env.TOPIC_PREFIX}trades`
  const args = ['--pair', 'BTC/USD', '--exchange', 'binance']
  expect(await runTool('backfill', [...args, ...span], env).ended).toBe(0)
  const earlier = ['--from', time(fromMs - 10 * MINUTE_MS), '--to', time(toMs)]
  const refused = runTool('backfill', [...args, ...earlier], env)
  expect(await refused.ended).toBe(1)
  expect(refused.output()).toMatch(
    /^BTC\/USD begins at \S+ in the live topics: .* would be late there\. .*--suffix -history\n$/,
  )
  expect(await textsOf(topic, 'BTC/USD')).toEqual(expected('BTC/USD'))
  const beside = runTool('backfill', [...args, ...earlier, '--suffix', '-history'], env)
  expect(await beside.ended, beside.output()).toBe(0)
  expect(await textsOf(`${topic}-history`, 'BTC/USD')).toEqual(expected('BTC/USD', fromMs - 10 * MINUTE_MS))
  const candles = valuesOf<Candle>(await readTopic(log, `${env.TOPIC_PREFIX}candles-history`))
  expect(candles.map(c => [c.open_time_ms, c.complete])).toEqual(
    Array.from({ length: 20 }, (_, i) => [fromMs + (i - 10) * MINUTE_MS, true]),
  )
  const rows = valuesOf<Candle>(await readTopic(log, `${env.TOPIC_PREFIX}technical-indicators-history`))
  expect(rows.map(row => row.open_time_ms)).toEqual(candles.map(candle => candle.open_time_ms))
})

it('writes each line of our NDJSON of two pairs once, byte for byte, when it is killed and run again', async () => {
  const env = newEnv()
  const topic = `${env.TOPIC_PREFIX}trades`
  // The pairs' first trades are 10 ms apart.
  const trade = (i: number): ExchangeTrade => ({
    pair: PAIRS[i % 2]!,
    trade_id: Math.floor(i / 2),
    side: i % 4 < 2 ? 'buy' : 'sell',
    price: `64000.${i % 10}0`,
    qty: '0.1',
    timestamp_ms: 1_767_225_600_000 + i * 10,
  })
  const trades = Array.from({ length: 160_000 }, (_, i) => trade(i))
  const file = join(temporaryFolder(), 'trades.ndjson')
  await writeFile(file, trades.map(each => `${tradeText(each)}\n`).join(''))
  const args = ['--pair', PAIRS.join(), '--file', file]
  await killInTheMiddle(args, env, topic, trades.length)
  const second = runTool('backfill', args, env)
  expect(await second.ended, second.output()).toBe(0)
  const third = runTool('backfill', args, env)
  expect(await third.ended, third.output()).toBe(0)
  for (const pair of PAIRS) {
    const expected = trades.filter(each => each.pair === pair).map(tradeText)
    expect((await textsOf(topic, pair)).join('\n')).toBe(expected.join('\n'))
    expect(third.output()).toContain(`${pair}: 80000 rows read, 0 written, 80000 already there with the same content`)
  }
})

it('writes Kraken’s CSV, and Binance’s CSV and ZIP, to topics with a suffix, and each candle and feature row of them once', async () => {
  const env = newEnv()
  const path = temporaryFolder()
  const kraken = join(path, 'XBTUSD.csv')
  await writeFile(
    kraken,
    '1767225600,64000.1,0.5\n1767225600,64000.2,0.25\n1767225665,64001.0,1\n1767225720,64002.0,1\n',
  )
  const row = (id: number) => `${id},64000.10,0.5,32000.05,${1_767_225_600_000_000 + id * 1_000_000},True,True\n`
  const rows = (from: number) => Array.from({ length: 60 }, (_, i) => row(from + i)).join('')
  const binance = ['BTCUSDT-trades-2026-01-01.csv', 'BTCUSDT-trades-2026-01-02.zip'].map(name => join(path, name))
  await writeFile(binance[0]!, rows(0))
  await writeFile(binance[1]!, zip('BTCUSDT-trades-2026-01-02.csv', rows(60)))
  const runs = [
    {
      args: ['--pair', 'BTC/USD', '--file', kraken, '--suffix', '-k'],
      suffix: '-k',
      pair: 'BTC/USD',
      trades: 4,
      counts: [2, 1, 1],
    },
    {
      args: [
        '--pair',
        'BTC/USDT',
        '--exchange',
        'binance',
        ...binance.flatMap(file => ['--file', file]),
        '--suffix',
        '-b',
      ],
      suffix: '-b',
      pair: 'BTC/USDT',
      trades: 120,
      counts: [60, 60],
    },
  ]
  for (const { args, suffix, pair, trades, counts } of runs)
    for (let time = 0; time < 2; time++) {
      const run = runTool('backfill', args, env)
      expect(await run.ended, run.output()).toBe(0)
      expect(await textsOf(`${env.TOPIC_PREFIX}trades${suffix}`, pair)).toHaveLength(trades)
      const candles = valuesOf<Candle>(await readTopic(log, `${env.TOPIC_PREFIX}candles${suffix}`))
      expect(candles.map(({ trade_count }) => trade_count)).toEqual(counts)
      expect(await readTopic(log, `${env.TOPIC_PREFIX}technical-indicators${suffix}`)).toHaveLength(counts.length)
    }
})

it('begins a new pair with HISTORY_HOURS of history, which live trades follow without a gap', async () => {
  const exchange = new SimulatedExchange({ tradesPerSecond: 1 })
  const served = await serve(exchange)
  onTestFinished(() => served.close())
  const env = {
    ...newEnv(),
    EXCHANGE: 'simulated',
    EXCHANGE_WS_URL: served.wsUrl('kraken'),
    EXCHANGE_REST_URL: served.restUrl,
  }
  const startedMs = Date.now()
  const ingestor = new ServiceProcess('trades-ingestor', { ...env, PAIRS: PAIRS.join(), HISTORY_HOURS: '1' })
  onTestFinished(async () => void (await ingestor.stop()))
  await ingestor.ready()
  // The simulated market has quiet spells of up to a minute.
  exchange.pace = 20
  const topic = `${env.TOPIC_PREFIX}trades`
  const live = exchange.lastId('BTC/USD') + 10
  const idsOf = async (pair: string) => (await textsOf(topic, pair)).map(text => JSON.parse(text) as ExchangeTrade)
  await vi.waitFor(async () => expect((await idsOf('BTC/USD')).at(-1)?.trade_id).toBeGreaterThan(live), {
    timeout: 90_000,
    interval: 500,
  })
  expect(await ingestor.stop(), ingestor.output).toBe(0)
  for (const pair of PAIRS) {
    const trades = await idsOf(pair)
    const first = trades[0]!
    expect(trades.map(({ trade_id }) => trade_id)).toEqual(trades.map((_, i) => first.trade_id + i))
    const [before] = exchange.trades(pair, first.trade_id - 1, first.trade_id - 1)
    expect(before!.timestamp_ms).toBeLessThan(startedMs - HOUR_MS + MINUTE_MS)
    expect(trades.length).toBeGreaterThan(3000)
  }
})
