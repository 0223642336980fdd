import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, type Env, startService } from '@candlewick/service'
import { type Log, MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { tradesIngestor } from '../src/service.ts'
import { TOPICS, tradeTexts } from './harness.ts'

const logger = createLogger('test', 'silent')

const start = (env: Env, cluster = new MemoryCluster()) =>
  startService(tradesIngestor, { env, log: memoryLog(cluster), logger })

it.each(['BTC/USD,DOGE/USD', 'AAPLx/USD,币安人生/USDT'])(
  'serves the simulated exchange in its process and writes its trades of %s',
  async PAIRS => {
    const cluster = new MemoryCluster()
    const service = await start({ EXCHANGE: 'simulated', HISTORY_HOURS: '0', PAIRS }, cluster)
    await expect.poll(() => service.ready()).toBeUndefined()
    for (const pair of PAIRS.split(','))
      await expect.poll(async () => (await tradeTexts(cluster, pair)).length, { timeout: 10_000 }).toBeGreaterThan(50)
    expect(cluster.partitions(TOPICS.trades.name)).toHaveLength(3)
    await service.stop()
  },
)

const wrong: [string, Env, RegExp][] = [
  [
    'an unknown exchange',
    { EXCHANGE: 'mtgox' },
    /EXCHANGE=mtgox: is not kraken, binance, coinbase, simulated or replay/,
  ],
  ['a pair without a quote', { PAIRS: 'BTC/USD,ETHUSD' }, /PAIRS=ETHUSD: is not BASE\/QUOTE/],
  ['a former name', { PAIRS: 'XBT/USD,BTC/USD' }, /PAIRS=XBT\/USD: is a former name: write BTC\/USD/],
  ['one asset', { PAIRS: 'BTC/BTC' }, /PAIRS=BTC\/BTC: names one asset twice/],
  ['small letters', { PAIRS: 'btc/usd' }, /PAIRS=btc\/usd: is in small letters: write BTC\/USD/],
  ['a pair that is named twice', { PAIRS: 'BTC/USD,BTC/USD' }, /PAIRS=BTC\/USD,BTC\/USD: names something twice/],
  [
    'two pairs that share an order book',
    { EXCHANGE: 'coinbase', PAIRS: 'BTC/USD,BTC/USDC' },
    /PAIRS=BTC\/USD,BTC\/USDC: BTC\/USD and BTC\/USDC are one order book at Coinbase, so name only one of them/,
  ],
  [
    'pairs that Binance cannot tell apart',
    { EXCHANGE: 'binance', PAIRS: 'A/BC,AB/C' },
    /PAIRS=A\/BC,AB\/C: A\/BC and AB\/C are the same symbol at Binance: ABC/,
  ],
  [
    'an audit of candles that the exchange does not make',
    { EXCHANGE: 'simulated', AUDIT_EVERY_MINUTES: '5', CANDLE_INTERVALS: '10s' },
    /AUDIT_EVERY_MINUTES=5: cannot be: simulated has no candles of 10s/,
  ],
  ['a replay without a file', { EXCHANGE: 'replay' }, /REPLAY_FILE: is missing: EXCHANGE=replay needs it/],
  ['one URL of two', { EXCHANGE: 'simulated', EXCHANGE_WS_URL: 'ws://localhost:1' }, /EXCHANGE_REST_URL: is missing/],
  [
    'a URL of another protocol',
    { EXCHANGE_WS_URL: 'https://x.org' },
    /EXCHANGE_WS_URL=https:\/\/x.org: is not a URL like wss/,
  ],
  [
    'an unknown fault',
    { SIMULATED_FAULTS: 'gap:0.1,nope:0.5' },
    /SIMULATED_FAULTS=nope:0.5: names no fault; there are gap, drop,/,
  ],
  ['a fault twice', { SIMULATED_FAULTS: 'gap:0.1,gap:0.5' }, /SIMULATED_FAULTS=gap:0.1,gap:0.5: names a fault twice/],
  [
    'a start in the future',
    { SIMULATED_SPEED: '2', SIMULATED_START: '2999-01-01T00:00:00Z' },
    /SIMULATED_START=2999-01-01T00:00:00Z: lies in the future/,
  ],
  [
    'a start before the simulated exchange has trades',
    { SIMULATED_START: '1999-01-01T00:00:00Z' },
    /SIMULATED_START=1999-01-01T00:00:00Z: lies before 2020-01-01/,
  ],
  ['a start that is no time', { SIMULATED_START: 'soon' }, /SIMULATED_START=soon: is not a time like/],
  ['a replay that takes years', { REPLAY_SPEED: '0.0000001' }, /REPLAY_SPEED=0.0000001: is less than 0.001/],
  ['a replay of no speed', { REPLAY_SPEED: '1e9' }, /REPLAY_SPEED=1e9: is not a number like 0.5/],
  ['a replay faster than any', { REPLAY_SPEED: '9'.repeat(400) }, /REPLAY_SPEED=9+: is more than 1000000/],
  ['a simulated exchange that stands still', { SIMULATED_SPEED: '0' }, /SIMULATED_SPEED=0: is less than 0.001/],
  ['no trades', { SIMULATED_TRADES_PER_SECOND: '0' }, /SIMULATED_TRADES_PER_SECOND=0: is less than 0.001/],
  ['speed without a start', { EXCHANGE: 'simulated', SIMULATED_SPEED: '10' }, /SIMULATED_START: is missing/],
]

it.each(wrong)('refuses %s, naming the variable', async (_name, env, message) => {
  await expect(start(env)).rejects.toThrow(message)
})

it('refuses a wrong setting before it waits for a broker', () => {
  const logOfNobody = { topics: { partitions: () => Promise.reject(new Error('asked the broker')) } } as unknown as Log
  const starting = (env: Env) => startService(tradesIngestor, { env, log: logOfNobody, logger })
  const file = join(mkdtempSync(join(tmpdir(), 'candlewick-')), 'trades.csv')
  writeFileSync(file, '')
  const refused: [Env, RegExp][] = [
    [{ EXCHANGE: 'replay' }, /^REPLAY_FILE: is missing: EXCHANGE=replay needs it$/],
    [{ EXCHANGE: 'replay', REPLAY_FILE: '/nowhere.csv' }, /^REPLAY_FILE=\/nowhere.csv: cannot be read: ENOENT.*$/],
    [{ EXCHANGE: 'replay', REPLAY_FILE: '/tmp' }, /^REPLAY_FILE=\/tmp: is a folder: name a file$/],
    [{ EXCHANGE: 'replay', REPLAY_FILE: import.meta.filename }, /^REPLAY_FILE=.*: the name must end in .*$/],
    [{ EXCHANGE: 'binance', PAIRS: 'A/BC,AB/C' }, /^PAIRS=/],
    [
      { AUDIT_EVERY_MINUTES: '5', CANDLE_INTERVALS: '10s' },
      /^AUDIT_EVERY_MINUTES=5: cannot be: kraken has no candles of 10s$/,
    ],
    [
      { EXCHANGE: 'replay', REPLAY_FILE: file, AUDIT_EVERY_MINUTES: '5', CANDLE_INTERVALS: '1m' },
      /^AUDIT_EVERY_MINUTES=5: cannot be: replay has no candles of 1m$/,
    ],
  ]
  return Promise.all(refused.map(([env, message]) => expect(starting(env)).rejects.toThrow(message)))
})
