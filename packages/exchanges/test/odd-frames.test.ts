import { describe, expect, it } from 'vitest'
import { EXCHANGE_NAMES, EXCHANGES, type ExchangeName, type FeedMessage } from '../src/index.ts'
import { Malformed } from '../src/trade.ts'

const PAIRS: Readonly<Record<ExchangeName, readonly string[]>> = {
  kraken: ['BTC/USD', 'ETH/USD'],
  binance: ['BTC/USDT', 'ETH/USDT'],
  coinbase: ['BTC/USD', 'ETH/USDC'],
}
const read = (name: ExchangeName, frame: string) => EXCHANGES[name]({ pairs: PAIRS[name] }).dialect.read(frame)
const deep = '['.repeat(20_000) + ']'.repeat(20_000)
const VALUES = ['null', '5', '"x"', '[]', '[null]', '[5]', '{}', '[{}]', '{"a":1}', 'true', '1e400', deep]
const NAMES =
  'channel|method|error|result|symbol|success|data|stream|e|s|id|code|msg|type|message|events|sequence_num|timestamp|time_out|subscriptions'
const FRAMES = [
  '{"channel":"trade","type":"update","data":[]}',
  '{"method":"subscribe","success":true,"result":{"symbol":"BTC/USD"}}',
  '{"method":"pong","time_out":"2026-01-01T00:00:00Z"}',
  '{"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT"}}',
  '{"result":null,"id":1}',
  '{"channel":"market_trades","sequence_num":1,"events":[{"type":"update","trades":[]}]}',
  '{"channel":"subscriptions","events":[{"subscriptions":{"market_trades":["BTC-USD"]}}]}',
  '{"type":"error","message":"x"}',
  '{}',
]

/** Every known frame, with each known name set to each odd value. */
function* oddFrames(): Generator<string> {
  for (const frame of FRAMES)
    for (const name of NAMES.split('|'))
      for (const value of VALUES)
        yield JSON.stringify({ ...JSON.parse(frame), [name]: '@@' }).replace('"@@"', () => value)
}

describe.each(EXCHANGE_NAMES)('%s', name => {
  it('reads every JSON object, however odd, and invents no trade, pair, number or time', () => {
    for (const frame of oddFrames())
      for (const message of read(name, frame)) {
        const how = `${frame.slice(0, 150)} → ${JSON.stringify(message).slice(0, 150)}`
        if (message.type === 'trades') expect(message.trades, how).toEqual([])
        if (message.type === 'subscribed') expect(PAIRS[name], how).toContain(message.pair)
        if (message.type === 'sequence') expect(Number.isSafeInteger(message.number), how).toBe(true)
        if ('exchange_ms' in message) expect([null, Date.UTC(2026, 0)], how).toContain(message.exchange_ms)
        if ('error' in message) expect(['string', 'object'], how).toContain(typeof message.error)
      }
  })

  it.each(['', '{', 'null', '[]', '5', '"x"', '['.repeat(200_000), '\u0000'])(
    'refuses a frame that is no JSON object: %j',
    frame => {
      expect(() => read(name, frame)).toThrow(Malformed)
    },
  )
})

it.each<[ExchangeName, string, Partial<FeedMessage>]>([
  ['binance', '{"id":7,"error":{"code":2}}', { type: 'answered', request: 7, error: '{"code":2}' }],
  ['binance', '{"id":7,"code":2,"msg":"Invalid"}', { type: 'answered', request: 7, error: 'Invalid' }],
  ['binance', '{"id":7,"result":null,"error":null}', { type: 'answered', request: 7, error: null }],
  ['binance', '{"id":"7","result":null}', { type: 'alive' }],
  ['kraken', '{"method":"subscribe","success":true,"result":{"symbol":5}}', { type: 'unreadable' }],
  [
    'kraken',
    '{"method":"subscribe","success":false,"symbol":"BTC/USD","error":"no"}',
    { type: 'refused', pair: 'BTC/USD' },
  ],
  ['kraken', '{"channel":"heartbeat","error":null}', { type: 'alive' }],
  ['coinbase', '{"type":"error","message":"rate-limited for ETH-USD"}', { type: 'refused', pair: 'ETH/USDC' }],
  ['coinbase', '{"type":"error","message":"rate-limited"}', { type: 'refused', pair: null }],
])('%s answers %s', (name, frame, expected) => {
  expect(read(name, frame)).toEqual([expect.objectContaining(expected)])
})

it('coinbase keeps the trades of the good events of a message', () => {
  const trade = {
    trade_id: '1',
    product_id: 'BTC-USD',
    price: '1',
    size: '1',
    side: 'BUY',
    time: '2026-01-01T00:00:00Z',
  }
  const events = [5, { type: 'update', trades: [trade] }, null]
  const messages = read('coinbase', JSON.stringify({ channel: 'market_trades', events }))
  expect(messages.map(({ type }) => type)).toEqual(['alive', 'unreadable', 'trades', 'unreadable'])
})
