import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readFirstTradeId, readMessage, readRestTrades } from '../src/binance/mapper.ts'
import { EXCHANGES, Feed, type FeedEvent, SimulatedExchange, VirtualClock } from '../src/index.ts'
import { describeExchange } from './contract.ts'

// After https://github.com/binance/binance-spot-api-docs: web-socket-streams.md, rest-api.md.
const RAW =
  '{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100","T":1672515782130,"m":true,"M":true}'
const combined = (data: string) => `{"stream":"bnbbtc@trade","data":${data}}`
const TRADE = {
  pair: 'BNB/BTC',
  trade_id: 12345,
  side: 'sell',
  price: '0.001',
  qty: '100',
  timestamp_ms: 1672515782130,
}

describeExchange('binance', {
  pairs: ['BNB/BTC'],
  messages: [
    ['a trade of a raw stream', RAW, [{ type: 'trades', trades: [TRADE], snapshot: false }]],
    [
      'a trade whose buyer was the taker, combined',
      combined(RAW.replace('"m":true', '"m":false')),
      [{ type: 'trades', trades: [{ ...TRADE, side: 'buy' }] }],
    ],
    ['an acknowledgement of a request', '{"result":null,"id":17}', [{ type: 'answered', request: 17, error: null }]],
    ['an answer to the keep-alive', '{"result":true,"id":18}', [{ type: 'alive' }]],
    [
      'a refusal of a request',
      '{"code": 2, "msg": "Invalid request: property name must be a string", "id": 4}',
      [{ type: 'answered', request: 4, error: 'Invalid request: property name must be a string' }],
    ],
    [
      'a refusal, as newer servers word it',
      '{"error":{"code":2,"msg":"Invalid request: too many parameters"},"id":5}',
      [{ type: 'answered', request: 5, error: 'Invalid request: too many parameters' }],
    ],
    [
      'a refusal of an invalid request',
      '{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"}',
      [{ type: 'refused', pair: null, error: 'Invalid JSON: expected value at line 1 column 1' }],
    ],
    [
      'the announcement that the server shuts down',
      '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}',
      [{ type: 'status', status: 'shutting down' }],
    ],
    ['an event that is not ours', '{"e":"24hrTicker","E":1672515782136,"s":"BNBBTC"}', [{ type: 'alive' }]],
  ],
  malformed: [['a frame that is not an object', '[1]', /not an object/]],
  unreadable: [
    ['a trade stream’s message without a trade', combined('{"e":"kline","s":"BNBBTC"}'), /without a trade/],
    ['a trade stream’s message without data', combined('null'), /without a trade/],
  ],
  rejected: [
    ['a price of zero', RAW.replace('"0.001"', '"0"'), /price 0 is not positive/],
    ['no quantity', RAW.replace('"q":"100",', ''), /qty undefined is not a decimal/],
    ['no maker', RAW.replace('"m":true,', ''), /side undefined is not buy or sell/],
    ['microseconds', RAW.replace('"T":1672515782130', '"T":1672515782130123'), /too large .*microseconds\?/],
    ['an id that is text', RAW.replace('12345', '"12345"'), /trade_id "12345" is not/],
    ['no symbol', RAW.replace('"s":"BNBBTC",', ''), /pair undefined is not a name/],
  ],
  socketRow: t =>
    `{"e":"trade","E":${t.timestamp_ms},"s":"BNBBTC","t":${t.trade_id},"p":"${t.price}","q":"${t.qty}","T":${t.timestamp_ms},"m":${t.side === 'sell'},"M":true}`,
  frames: rows => rows.map(combined),
  restRow: t =>
    `{"id":${t.trade_id},"price":"${t.price}","qty":"${t.qty}","quoteQty":"48.000012","time":${t.timestamp_ms},"isBuyerMaker":${t.side === 'sell'},"isBestMatch":true}`,
  answer: rows => `[${rows.join(',')}]`,
  readRest: readRestTrades,
})

it('finds the first trade that an aggregate trade merges', () => {
  const row = '{"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27784,"T":1498793709153,"m":true,"M":true}'
  expect(readFirstTradeId(`[${row}]`)).toBe(27781)
  expect(readFirstTradeId('[]')).toBeUndefined()
  expect(() => readFirstTradeId('{"code":-1121}')).toThrow(/no list of trades/)
})

it('replaces a connection before the exchange cuts it at 24 hours, immediately and as planned', async () => {
  const clock = new VirtualClock(Date.UTC(2026, 5, 1))
  const exchange = new SimulatedExchange({ clock })
  const events: FeedEvent[] = []
  const { dialect } = EXCHANGES.binance({ pairs: ['BTC/USDT'] })
  expect(dialect.connectionMsMax).toBeLessThan(24 * 3_600_000)
  const own = { ...dialect, connectionMsMax: 60_000 }
  const feed = new Feed({
    dialect: own,
    pairs: ['BTC/USDT'],
    clock,
    connect: exchange.connect,
    emit: e => events.push(e),
  })
  feed.start()
  await clock.pass(150_000)
  const lost = events.filter(event => event.type === 'disconnected')
  expect(lost).toMatchObject(Array(2).fill({ reason: 'replaced, as the exchange ends old ones', retryInMs: 0 }))
  await feed.stop()
})

const CAPTURE = new URL('../../../../shared/data/binance-futures-ws-capture.txt.gz', import.meta.url)

describe.runIf(existsSync(CAPTURE))('a recorded capture', () => {
  it('of other events counts as proof of life', () => {
    const lines = gunzipSync(readFileSync(CAPTURE)).toString().trim().split('\n').slice(1)
    expect(lines.length).toBeGreaterThan(20)
    for (const line of lines)
      expect(readMessage(line.replace(/^[\d.]+: /, ''), new Map())).toEqual([{ type: 'alive', exchange_ms: null }])
  })
})
