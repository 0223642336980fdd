import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { SimulatedExchange } from '@candlewick/exchanges'
import { kafkaLog } from '@candlewick/kafka'
import { type Candle, type FeatureRow, intervalMs, windowStart } from '@candlewick/market-data'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { hasPython, pythonEnvironment } from '../python-environment.ts'
import { referenceCandles } from '../reference/candles.ts'
import { sameValues } from '../reference/same.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { ServiceProcess } from './process.ts'
import { readTopic, valuesOf } from './topics.ts'

const PYTHON = join(import.meta.dirname, '../../examples/python')
/** Quix Streams brings the confluent-kafka that it works with. */
const REQUIREMENTS = ['quixstreams==3.28.1']
const PAIRS = ['BTC/USD', 'ETH/USD']
const INTERVALS = ['1s', '5s']
const SECONDS = 60
const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'recipes-test' })
const prefix = `recipes-${process.pid}-`
const isPossible = hasPython()
if (!isPossible)
  console.warn('The recipes of docs/topics.md are not tested here: there is no python3 of 3.10 with venv')

vi.setConfig({ testTimeout: 180_000 })
afterAll(() => log.close())

/** A minute of trades of a simulated exchange, which ended just now. */
function recentTrades() {
  const nowMs = Date.now()
  const exchange = new SimulatedExchange({ tradesPerSecond: 20 })
  return PAIRS.flatMap(pair => {
    const first = exchange.lastIdBefore(pair, nowMs - SECONDS * 1000) + 1
    const trades = exchange.trades(pair, first, exchange.lastIdBefore(pair, nowMs))
    return trades.map(trade => ({ ...trade, price: Number(trade.price), qty: Number(trade.qty) }))
  })
}

/** The candles of windows that the pairs' last trades have closed. */
function closedCandles(trades: ReturnType<typeof recentTrades>): Candle[] {
  return PAIRS.flatMap(pair => {
    const own = trades.filter(trade => trade.pair === pair)
    return referenceCandles(own, INTERVALS, { until_ms: own.at(-1)!.timestamp_ms, emptyCandles: 'flat' })
  })
}

async function start(name: string): Promise<void> {
  const env = {
    KAFKA_BROKERS: brokers,
    TOPIC_PREFIX: prefix,
    PARTITIONS: '3',
    CANDLE_INTERVALS: INTERVALS.join(','),
    INDICATORS: 'sma:3',
  }
  const service = new ServiceProcess(name, env)
  onTestFinished(async () => void (await service.stop()))
  await service.ready()
}

describe.skipIf(!isPossible)('the recipes of docs/topics.md', () => {
  let python = ''

  beforeAll(async () => {
    python = join(await pythonEnvironment(REQUIREMENTS), 'python')
  }, 600_000)

  /** @returns what an example prints. @throws Error with what it prints to stderr when it fails */
  async function run(example: string, args: readonly string[], input = ''): Promise<string> {
    const child = spawn(python, [join(PYTHON, example), '--brokers', brokers, ...args], { cwd: temporaryFolder() })
    onTestFinished(() => void child.kill('SIGKILL'))
    child.stdin.end(input)
    const ended = new Promise(resolve => child.once('close', resolve))
    const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    if (code !== 0) throw new Error(`${example} ended with ${code}:\n${errors}`)
    return out
  }

  it('make right candles from trades of a Python producer, and windows of their rows in Quix Streams', async () => {
    await start('candles')
    await start('technical-indicators')
    const trades = recentTrades()
    const lines = trades.map(trade => `${JSON.stringify(trade)}\n`).join('')
    await run('write_trades.py', ['--topic', `${prefix}trades`], lines)
    const expected = closedCandles(trades)
    const candles = async () => valuesOf<Candle>(await readTopic(log, `${prefix}candles`))
    await expect.poll(async () => (await candles()).length, { timeout: 60_000 }).toBe(expected.length)
    const nameOf = ({ pair, interval, open_time_ms }: Candle) => `${pair} ${interval} ${open_time_ms}`
    const made = new Map((await candles()).map(candle => [nameOf(candle), candle]))
    expect(expected.filter(candle => !sameValues(made.get(nameOf(candle)) ?? {}, candle))).toEqual([])
    expect(await readTopic(log, `${prefix}dead-letters`)).toEqual([])

    const rows = async () => valuesOf<FeatureRow>(await readTopic(log, `${prefix}technical-indicators`))
    await expect.poll(async () => (await rows()).length, { timeout: 60_000 }).toBe(expected.length)
    const means = meanVolumes(await rows())
    const args = ['--topic', `${prefix}technical-indicators`, '--group', `${prefix}window`, '--count', `${means.size}`]
    const printed = (await run('quix_window.py', args)).trim().split('\n')
    expect(new Set(printed.map(line => line.split(' ', 2).join(' ')))).toEqual(new Set(means.keys()))
    expect(printed).toHaveLength(means.size)
    for (const line of printed) {
      const [pair, startMs, mean] = line.split(' ')
      expect(Number(mean), line).toBeCloseTo(means.get(`${pair} ${startMs}`)!, 9)
    }
  })
})

/** The mean volume of the 1s rows of each window of 5 s that a later row has closed, by pair and start. */
function meanVolumes(rows: readonly FeatureRow[]): Map<string, number> {
  const lengthMs = intervalMs('5s')
  const short = rows.filter(({ interval }) => interval === '1s')
  const windows = Map.groupBy(short, row => `${row.pair} ${windowStart(row.open_time_ms, lengthMs)}`)
  const newest = (of: string) => Math.max(...short.filter(row => row.pair === of).map(row => row.open_time_ms))
  const closed = [...windows].filter(
    ([, [row]]) => windowStart(row!.open_time_ms, lengthMs) + lengthMs <= newest(row!.pair),
  )
  return new Map(closed.map(([name, of]) => [name, of.reduce((sum, { volume }) => sum + volume, 0) / of.length]))
}
