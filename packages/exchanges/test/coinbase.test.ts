import { expect, it } from 'vitest'
import { readRestTrades } from '../src/coinbase/mapper.ts'
import { EXCHANGES, Feed, type FeedEvent, SimulatedExchange, VirtualClock } from '../src/index.ts'
import { describeExchange } from './contract.ts'

// After https://docs.cdp.coinbase.com: Advanced Trade's WebSocket channels, Exchange's product trades.
const row = (id: string, over = '') =>
  `{"trade_id":"${id}","product_id":"ETH-USD","price":"1260.01","size":"0.3","side":"BUY","time":"2019-08-14T20:42:27.265123Z"${over}}`
const message = (rows: string, type = 'update') =>
  `{"channel":"market_trades","client_id":"","timestamp":"2023-02-09T20:19:35.39625135Z","sequence_num":7,"events":[{"type":"${type}","trades":[${rows}]}]}`
const TRADE = {
  pair: 'ETH/USD',
  trade_id: 12,
  // The maker bought.
  side: 'sell',
  price: '1260.01',
  qty: '0.3',
  timestamp_ms: Date.parse('2019-08-14T20:42:27.265Z'),
}
const ALIVE = { type: 'alive', exchange_ms: Date.parse('2023-02-09T20:19:35.396Z') }

describeExchange('coinbase', {
  pairs: ['ETH/USD'],
  messages: [
    [
      'trades, of which the newest comes first',
      message(`${row('13')},${row('12')}`),
      [
        { type: 'sequence', number: 7 },
        ALIVE,
        { type: 'trades', snapshot: false, trades: [TRADE, { ...TRADE, trade_id: 13 }] },
      ],
    ],
    [
      'a snapshot',
      message(row('12'), 'snapshot'),
      [{ type: 'sequence' }, ALIVE, { type: 'trades', snapshot: true, trades: [TRADE] }],
    ],
    [
      'an acknowledgement, by product',
      '{"channel":"subscriptions","client_id":"","timestamp":"2023-02-09T20:19:35.39625135Z","sequence_num":1,"events":[{"subscriptions":{"market_trades":["BTC-USD","ETH-USD"]}}]}',
      [
        { type: 'sequence', number: 1 },
        ALIVE,
        { type: 'subscribed', pair: 'BTC/USD', exchange_ms: ALIVE.exchange_ms },
        { type: 'subscribed', pair: 'ETH/USD' },
      ],
    ],
    [
      'an acknowledgement of heartbeats',
      '{"channel":"subscriptions","timestamp":"2023-02-09T20:19:35.39625135Z","sequence_num":0,"events":[{"subscriptions":{"heartbeats":["heartbeats"]}}]}',
      [{ type: 'sequence', number: 0 }, ALIVE],
    ],
    [
      'a heartbeat',
      '{"channel":"heartbeats","client_id":"","timestamp":"2023-02-09T20:19:35.39625135Z","sequence_num":3,"events":[{"current_time":"2023-06-23 20:31:56.121961769 +0000 UTC m=+91717.525857105","heartbeat_counter":"3049"}]}',
      [{ type: 'sequence', number: 3 }, ALIVE],
    ],
    [
      'a refusal that names the product',
      '{"type":"error","message":"FOO-USD is not a valid product"}',
      [{ type: 'refused', pair: 'FOO/USD', error: 'FOO-USD is not a valid product' }],
    ],
    [
      'a refusal that names no product',
      '{"type":"error","message":"rate limit exceeded"}',
      [{ type: 'refused', pair: null, error: 'rate limit exceeded' }],
    ],
  ],
  malformed: [['a frame that is not an object', '"x"', /not an object/]],
  unreadable: [
    ['a message without events', '{"channel":"market_trades","sequence_num":1}', /without events/],
    ['an event without trades', '{"channel":"market_trades","events":[{"type":"update"}]}', /without trades/],
  ],
  rejected: [
    ['no product', message(row('12').replace('product_id', 'product')), /pair undefined is not a name/],
    ['an id that is not a number', message(row('x12')), /trade_id "x12" is not/],
    ['a price that is a number', message(row('12').replace('"1260.01"', '1260.01')), /price 1260.01 is not a decimal/],
    ['a size of zero', message(row('12').replace('"0.3"', '"0"')), /qty 0 is not positive/],
    ['an unknown side', message(row('12').replace('BUY', 'UNKNOWN')), /side "UNKNOWN" is not buy or sell/],
    ['no time', message(row('12').replace('2019-08-14T20:42:27.265123Z', '')), /timestamp .* is not a time/],
  ],
  socketRow: t =>
    `{"trade_id":"${t.trade_id}","product_id":"ETH-USD","price":"${t.price}","size":"${t.qty}","side":"${t.side === 'buy' ? 'SELL' : 'BUY'}","time":"${new Date(t.timestamp_ms).toISOString()}"}`,
  frames: (rows, snapshot) => [message(rows.join(','), snapshot ? 'snapshot' : 'update')],
  restRow: t =>
    `{"trade_id":${t.trade_id},"side":"${t.side === 'buy' ? 'sell' : 'buy'}","size":"${t.qty}","price":"${t.price}","time":"${new Date(t.timestamp_ms).toISOString()}"}`,
  answer: rows => `[${rows.join(',')}]`,
  readRest: readRestTrades,
})

it('throws when the exchange does not answer with a list', () => {
  expect(() => readRestTrades('ETH/USD', '{"message":"NotFound"}')).toThrow(/no list of trades/)
  const { dialect } = EXCHANGES.coinbase({ pairs: [] })
  expect(dialect.read('{"type":"error","message":"x"}')).toEqual([{ type: 'refused', pair: null, error: 'x' }])
})

it('detects a lost message by the sequence numbers, although no trade follows', async () => {
  const clock = new VirtualClock(Date.UTC(2026, 5, 1))
  const exchange = new SimulatedExchange({ clock, tradesPerSecond: 0.001 })
  const events: FeedEvent[] = []
  const { dialect } = EXCHANGES.coinbase({ pairs: [] })
  const pairs = ['BTC/USD', 'ETH/USD']
  const feed = new Feed({ dialect, pairs, clock, connect: exchange.connect, emit: e => events.push(e) })
  feed.start()
  await clock.pass(3000)
  exchange.fault('drop')
  await clock.pass(3000)
  exchange.fault('duplicate')
  await clock.pass(3000)
  const missed = events.flatMap(e => (e.type === 'message' && e.message.type === 'missed' ? [e.message] : []))
  expect(missed).toEqual([{ type: 'missed', pairs, messages: 1 }])
  await feed.stop()
})
