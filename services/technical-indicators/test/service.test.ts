import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FeatureRow } from '@candlewick/market-data'
import { createLogger, type Env, startService } from '@candlewick/service'
import { type Log, MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'
import { technicalIndicators } from '../src/service.ts'
import { Candles } from './candles.ts'

const logger = createLogger('test', 'silent')
const WARM_UP_FAILS = 'the broker is away'

const file = (content: string): string => {
  const path = join(temporaryFolder(), 'indicators.json')
  writeFileSync(path, content)
  return path
}

/** Rows of 40 candles by a service with all of the indicators from the start. */
async function always(env: Env): Promise<FeatureRow[]> {
  const candles = new Candles()
  await candles.birth()
  await candles.write(40)
  await candles.served(env, 40)
  return candles.rows()
}

/** A log that fails once, in the middle of the reads of a warm-up. */
function failingOnce(log: Log): { readonly log: Log; hasFailed(): boolean } {
  let failed = false
  async function* read(...[topic, partition, from, to]: Parameters<Log['read']>) {
    for await (const records of log.read(topic, partition, from, to)) {
      yield records
      if (topic !== 'candles' || partition !== 0 || failed) continue
      failed = true
      throw new Error(WARM_UP_FAILS)
    }
  }
  const get = (target: Log, name: string | symbol): unknown => {
    const member: unknown = name === 'read' ? read : target[name as keyof Log]
    return typeof member === 'function' ? member.bind(target) : member
  }
  return { log: new Proxy(log, { get }), hasFailed: () => failed }
}

it('gives indicators that are added later the values that they would have had from the start', async () => {
  const candles = new Candles()
  await candles.birth()
  await candles.write(15)
  await candles.move()
  await candles.write(10)
  await candles.served({ INDICATORS: 'sma:3; ema:9' }, 25)
  await candles.write(15)
  const before = candles.rows()
  const { log, hasFailed } = failingOnce(candles.log)
  await candles.served({ INDICATORS: 'sma:3; ema:5; rsi:14; obv; macd:3,5,4' }, 40, log)
  expect(hasFailed()).toBe(true)
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

/** Name, variables, expected message, and content of INDICATORS_FILE. */
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
  ['two lists', { INDICATORS: 'sma:7' }, /INDICATORS_FILE: is set together with INDICATORS/, '["sma:7"]'],
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
