import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readRestTrades } from '../src/kraken/mapper.ts'
import { restName, usualName } from '../src/kraken/names.ts'
import { describeExchange } from './contract.ts'

const row = (over: string = '') =>
  `{"symbol":"BTC/USD","side":"sell","price":64000.10,"qty":0.00000001,"ord_type":"market","trade_id":4665906,"timestamp":"2023-09-25T07:49:37.708706Z"${over}}`
const trades = (...rows: string[]) => `{"channel":"trade","type":"update","data":[${rows.join(',')}]}`

const answer = (rows: string) => `{"error":[],"result":{"XXBTZUSD":[${rows}],"last":"1762807368931054848"}}`
const TRADE = {
  pair: 'BTC/USD',
  trade_id: 4665906,
  side: 'sell',
  price: '64000.10',
  qty: '0.00000001',
  timestamp_ms: 1695628177708,
}

describeExchange('kraken', {
  pairs: ['BTC/USD'],
  messages: [
    [
      'trades, with the digits that the exchange sent',
      trades(row(), row().replace('64000.10', '1.5e-7')),
      [{ type: 'trades', snapshot: false, trades: [TRADE, { ...TRADE, price: '1.5e-7' }] }],
    ],
    ['a snapshot', trades(row()).replace('update', 'snapshot'), [{ type: 'trades', snapshot: true, trades: [TRADE] }]],
    [
      'the answer that a pair is subscribed already',
      '{"error":"Already subscribed","method":"subscribe","req_id":9,"success":false,"symbol":"BTC/USD","time_out":"2023-09-25T09:04:31.742648Z"}',
      [{ type: 'subscribed', pair: 'BTC/USD' }],
    ],
    [
      'an acknowledgement, by symbol',
      '{"method":"subscribe","req_id":1,"result":{"channel":"trade","snapshot":true,"symbol":"XBT/USD"},"success":true,"time_in":"2023-09-25T09:04:31.742599Z","time_out":"2023-09-25T09:04:31.742648Z"}',
      [{ type: 'subscribed', pair: 'BTC/USD', exchange_ms: 1695632671742 }],
    ],
    [
      'a refusal, by symbol',
      '{"error":"Currency pair not supported FOO/USD","method":"subscribe","req_id":1,"success":false,"symbol":"FOO/USD","time_in":"2023-09-25T09:04:31.742599Z","time_out":"2023-09-25T09:04:31.742648Z"}',
      [{ type: 'refused', pair: 'FOO/USD', error: 'Currency pair not supported FOO/USD' }],
    ],
    [
      'a refusal that names no symbol',
      '{"error":"Exceeded msg rate","method":"subscribe","success":false,"time_in":"2023-09-25T09:04:31.742599Z"}',
      [{ type: 'refused', pair: null, error: 'Exceeded msg rate' }],
    ],
    ['an error about no method', '{"error":"Malformed request","method":"error"}', [{ type: 'refused', pair: null }]],
    [
      'the status at the start, whose connection id is beyond safe integers',
      '{"channel":"status","data":[{"api_version":"v2","connection_id":13834774380200032777,"system":"maintenance","version":"2.0.0"}],"type":"update"}',
      [{ type: 'status', status: 'maintenance' }],
    ],
    ['a heartbeat', '{"channel":"heartbeat"}', [{ type: 'alive', exchange_ms: null }]],
    [
      'a pong, which has the exchange’s time',
      '{"method":"pong","req_id":101,"time_in":"2023-09-24T14:10:23.799685Z","time_out":"2023-09-24T14:10:23.799703Z"}',
      [{ type: 'alive', exchange_ms: 1695564623799 }],
    ],
    ['a channel that is not ours', '{"channel":"ticker","data":[]}', [{ type: 'alive', exchange_ms: null }]],
  ],
  malformed: [
    ['half a frame', trades(row()).slice(0, 90), /not JSON/],
    ['a frame that is not an object', '[1,2]', /not an object/],
  ],
  unreadable: [['a trade message without data', '{"channel":"trade","type":"update"}', /without data/]],
  rejected: [
    ['no symbol', trades(row().replace('symbol', 'simbol')), /pair undefined is not a name/],
    ['a price of zero', trades(row().replace('64000.10', '0.0')), /price 0.0 is not positive/],
    ['a negative price', trades(row().replace('64000.10', '-1')), /price "-1" is not a decimal number/],
    ['a price that is null', trades(row().replace('64000.10', 'null')), /price null is not a decimal/],
    ['a quantity that is a word', trades(row().replace('0.00000001', '"NaN"')), /qty "NaN" is not a decimal/],
    ['an infinite quantity', trades(row().replace('0.00000001', '1e999')), /qty "1e999" is not below 1e\+100/],
    ['an unknown side', trades(row().replace('sell', 'long')), /side "long" is not buy or sell/],
    ['an id with a fraction', trades(row().replace('4665906', '46.5')), /trade_id 46.5 is not/],
    [
      'an id beyond safe integers',
      trades(row().replace('4665906', '9007199254740993')),
      /trade_id 9007199254740992 is not/,
    ],
    ['no time', trades(row().replace(/"timestamp":"[^"]*"/, '"timestamp":"soon"')), /timestamp .* is not a time/],
    [
      'a time in seconds',
      trades(row().replace(/"timestamp":"[^"]*"/, '"timestamp":1695628177')),
      /1695628177 is too small .*seconds\?/,
    ],
  ],
  socketRow: t =>
    `{"symbol":"BTC/USD","side":"${t.side}","price":${t.price},"qty":${t.qty},"ord_type":"limit","trade_id":${t.trade_id},"timestamp":"${new Date(t.timestamp_ms).toISOString()}"}`,
  frames: (rows, snapshot) => [snapshot ? trades(...rows).replace('update', 'snapshot') : trades(...rows)],
  restRow: t =>
    `["${t.price}","${t.qty}",${t.timestamp_ms / 1000},"${t.side === 'buy' ? 'b' : 's'}","l","",${t.trade_id}]`,
  answer: rows => answer(rows.join(',')),
  readRest: readRestTrades,
})

describe('REST', () => {
  it('reads the time from the digits, because computed with doubles some times would be a millisecond early', () => {
    for (let ms = 1762795433000; ms < 1762795434000; ms++) {
      const text = answer(`["1.0","2.0",${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}9,"b","l","",7]`)
      expect(readRestTrades('BTC/USD', text).trades[0]?.timestamp_ms).toBe(ms)
    }
    expect(readRestTrades('BTC/USD', answer('["1.0","2.0",1762795433,"s","l","",7]')).trades).toMatchObject([
      { pair: 'BTC/USD', side: 'sell', price: '1.0', timestamp_ms: 1762795433000 },
    ])
  })

  it('throws an error with Kraken’s message for a refused request', () => {
    expect(() => readRestTrades('FOO/USD', '{"error":["EQuery:Unknown asset pair"]}')).toThrow(
      'EQuery:Unknown asset pair',
    )
    expect(() => readRestTrades('BTC/USD', '{"error":[],"result":{}}')).toThrow(/no result/)
  })

  it('maps Kraken’s own names', () => {
    expect(['BTC/USD', 'DOGE/EUR', 'ETH/BTC', 'SOL/USD'].map(restName)).toEqual([
      'XBTUSD',
      'XDGEUR',
      'ETHXBT',
      'SOLUSD',
    ])
    expect(['XBT/USD', 'XDG/EUR', 'ETH/BTC'].map(usualName)).toEqual(['BTC/USD', 'DOGE/EUR', 'ETH/BTC'])
  })
})

const RECORDED = new URL('../../../../shared/data/kraken-rest-trades-xbtusdt.json', import.meta.url)

describe.runIf(existsSync(RECORDED))('a recorded answer', () => {
  it('has contiguous ids, many trades at one instant, and its last time', () => {
    const { trades, last } = readRestTrades('BTC/USDT', readFileSync(RECORDED, 'utf8'))
    expect(trades.map(({ trade_id }) => trade_id)).toEqual(trades.map((_, i) => 10218208 + i))
    expect(trades.filter((t, i) => t.timestamp_ms === trades[i - 1]?.timestamp_ms).length).toBeGreaterThan(100)
    expect(last).toBe('1762807368931054848')
    expect(trades.at(-1)).toMatchObject({ price: '106282.50000', qty: '0.01259379', timestamp_ms: 1762807368931 })
  })
})
