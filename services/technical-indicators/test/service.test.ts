import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FeatureRow } from '@candlewick/market-data'
import { createLogger, type Env, startService } from '@candlewick/service'
import { type Log, MemoryCluster, memoryLog, type OutRecord } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'
import { technicalIndicators } from '../src/service.ts'
import { candle, PAIR } from './candle.ts'

const logger = createLogger('test', 'silent')
const WARM_UP_FAILS = 'the broker is away'

const file = (content: string): string => {
  const path = join(temporaryFolder(), 'indicators.json')
  writeFileSync(path, content)
  return path
}

/** A topic of two partitions; the pair moves from 1 to 0 in the middle. */
class Candles {
  readonly cluster = new MemoryCluster()
  readonly log = memoryLog(this.cluster)
  #partition = 1
  #next = 0

  constructor() {
    this.cluster.grow('candles', 2)
    this.cluster.grow('technical-indicators', 2)
  }

  async birth(): Promise<void> {
    await this.#write([this.#control(1, 'arrive', { epoch: [0, 0], from: null })])
  }

  async write(count: number): Promise<void> {
    const records = Array.from({ length: count }, (): OutRecord => {
      const close = 100 + ((this.#next * 7919) % 13)
      const value = JSON.stringify(candle(this.#next++, { close }))
      return { topic: 'candles', partition: this.#partition, key: PAIR, value }
    })
    await this.#write(records)
  }

  async move(): Promise<void> {
    this.#partition = 0
    await this.#write([
      this.#control(0, 'arrive', { epoch: [0, 1], from: 1 }),
      this.#control(1, 'move', { epoch: [0, 1], to: 0 }),
    ])
  }

  rows(): FeatureRow[] {
    const records = this.cluster.partitions('technical-indicators').flatMap(p => p.chunk(0, 1000)?.records ?? [])
    return records
      .map(({ value }) => JSON.parse(String(value)) as FeatureRow)
      .sort((a, b) => a.open_time_ms - b.open_time_ms)
  }

  /** Starts the service, lets it do, stops it. */
  async served(env: Env, rows: number, log: Log = this.log): Promise<void> {
    const service = await startService(technicalIndicators, { env, log, logger })
    await expect.poll(() => this.rows().length, { timeout: 20_000 }).toBe(rows)
    await service.stop()
  }

  #control(partition: number, control: string, value: object): OutRecord {
    return {
      topic: 'candles',
      partition,
      key: PAIR,
      value: JSON.stringify({ pair: PAIR, ...value }),
      headers: { control },
    }
  }

  async #write(records: readonly OutRecord[]): Promise<void> {
    const producer = await this.log.producer('writer')
    await producer.transact(records)
    await producer.close()
  }
}

/** Rows of 40 candles by a service with all of the indicators from the start. */
async function always(env: Env): Promise<FeatureRow[]> {
  const candles = new Candles()
  await candles.birth()
  await candles.write(40)
  await candles.served(env, 40)
  return candles.rows()
}

/** A log that fails once, after it has given some of what a warm-up reads. */
function failingOnce(log: Log): Log & { failed: boolean } {
  const failing = {
    ...log,
    failed: false,
    topics: log.topics,
    reader: log.reader.bind(log),
    offsets: log.offsets.bind(log),
    outgoing: log.outgoing.bind(log),
    producer: log.producer.bind(log),
    join: log.join.bind(log),
    describeGroup: log.describeGroup.bind(log),
    close: log.close.bind(log),
    async *read(...[topic, partition, from, to]: Parameters<Log['read']>) {
      for await (const records of log.read(topic, partition, from, to)) {
        yield records
        if (topic === 'candles' && partition === 0 && !failing.failed) {
          failing.failed = true
          throw new Error(WARM_UP_FAILS)
        }
      }
    },
  }
  return failing
}

it('gives indicators that are added to a running system the values that they would have had from the start', async () => {
  const candles = new Candles()
  await candles.birth()
  await candles.write(15)
  await candles.move()
  await candles.write(10)
  await candles.served({ INDICATORS: 'sma:3; ema:9' }, 25)
  await candles.write(15)
  const before = candles.rows()
  const log = failingOnce(candles.log)
  await candles.served({ INDICATORS: 'sma:3; ema:5; rsi:14; obv; macd:3,5,4' }, 40, log)
  expect(log.failed).toBe(true)
  const rows = candles.rows()
  expect(rows.slice(0, 25)).toEqual(before)
  expect(rows.slice(25)).toEqual((await always({ INDICATORS: 'sma:3; ema:5; rsi:14; obv; macd:3,5,4' })).slice(25))
})

it('reads indicators from a file', async () => {
  const json = '["sma:3", {"name": "bbands", "timeperiod": 5, "nbdevup": 2, "matype": "ema"}]'
  const rows = await always({ INDICATORS_FILE: file(json) })
  expect(Object.keys(rows[39]!).slice(-4)).toEqual([
    ...['sma_3', 'bbands_upper_5_2_ema', 'bbands_middle_5_2_ema', 'bbands_lower_5_2_ema'],
  ])
  expect(rows[39]!.bbands_middle_5_2_ema).toBeTypeOf('number')
})

/** What is set, what it says, and what is in INDICATORS_FILE. */
const wrong: [string, Env, RegExp, string?][] = [
  [
    'a name that does not exist',
    { INDICATORS: 'sma:7; smma:9' },
    /INDICATORS=.*there is no indicator "smma"; there are: .*\bsma\b.*cdlhammer/s,
  ],
  [
    'a parameter out of range',
    { INDICATORS: 'sma:1' },
    /INDICATORS=sma:1: "sma:1": timeperiod is a whole number from 2/,
  ],
  ['a file that is not there', { INDICATORS_FILE: '/no/such.json' }, /INDICATORS_FILE=\/no\/such.json: .*no such file/],
  ['a file that is not JSON', {}, /INDICATORS_FILE=.*indicators.json: .*not valid JSON/, 'sma:7'],
  ['a parameter that does not exist', {}, /rsi has no parameter "n"; it has: timeperiod/, '[{"name":"rsi","n":3}]'],
  ['two lists', { INDICATORS: 'sma:7' }, /INDICATORS_FILE: is there as well as INDICATORS/, '["sma:7"]'],
]

it.each(wrong)('refuses %s', async (_name, settings, message, content) => {
  const env = content === undefined ? settings : { ...settings, INDICATORS_FILE: file(content) }
  await expect(startService(technicalIndicators, { env, log: memoryLog(), logger })).rejects.toThrow(message)
})

it('ends at its start when its consumer group is that of candles', async () => {
  const cluster = new MemoryCluster()
  cluster.grow('trades', 1)
  await memoryLog(cluster).join({
    group: 'my-group',
    topics: ['trades'],
    companions: [],
    data: () => ({ own: [0], gen: 1, load: {}, service: 'candles', topic: 'trades' }),
    onAssigned: () => {},
    onHeartbeat: () => {},
    assign: (_, members) => new Map(members.map(({ id }) => [id, []])),
  })
  const env = { CONSUMER_GROUP: 'my-group' }
  await expect(startService(technicalIndicators, { env, log: memoryLog(cluster), logger })).rejects.toMatchObject({
    name: 'ConfigError',
    message: 'CONSUMER_GROUP=my-group: is used by candles on trades; give each service its own',
  })
  expect((await memoryLog(cluster).describeGroup('my-group')).members).toHaveLength(1)
})
