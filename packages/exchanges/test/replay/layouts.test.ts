import { describe, expect, it } from 'vitest'
import { columnsOf, type ExchangeTrade } from '../../src/index.ts'
import { readingOf } from './reading.ts'

/** 2026-01-01T00:00:09.123Z */
const MS = 1_767_225_609_123
const ISO = '2026-01-01T00:00:09.123456Z'

interface Case {
  readonly layout: string
  readonly file?: string
  readonly text: string
  readonly expected: Partial<ExchangeTrade>
  readonly pairs?: readonly string[]
}

const json = (value: unknown): string => `${JSON.stringify(value)}\n`

const BINANCE_TRADE = { trade_id: 12, side: 'sell', price: '100.50', qty: '2.5', timestamp_ms: MS } as const
const CASES: readonly Case[] = [
  {
    layout: 'Candlewick trades',
    text: `pair,trade_id,side,price,qty,timestamp_ms\nA/B,12,buy,1.50,2,${MS}\n`,
    expected: { pair: 'A/B', trade_id: 12, side: 'buy', price: '1.50', qty: '2', timestamp_ms: MS },
  },
  {
    layout: 'Candlewick trades',
    text: `Timestamp_MS,PAIR,Price,Qty,Side,Trade_ID\n${MS},A/B,1.50,2,,0\n`,
    expected: { pair: 'A/B', trade_id: 0, side: null, price: '1.50', qty: '2', timestamp_ms: MS },
  },
  {
    layout: 'Kraken or bitcoincharts time and sales',
    text: '1767225609,100.5,2.5\n',
    expected: { trade_id: 1, side: null, price: '100.5', qty: '2.5', timestamp_ms: 1_767_225_609_000 },
  },
  {
    layout: 'Kraken or bitcoincharts time and sales',
    text: '1767225609.1239,100.500000000000,2.500000000000\n',
    expected: { price: '100.500000000000', qty: '2.500000000000', timestamp_ms: MS },
  },
  {
    layout: 'Kraken or bitcoincharts time and sales',
    text: 'Timestamp,Volume,Price\n1767225609,0.5,64000\n',
    expected: { price: '64000', qty: '0.5', timestamp_ms: 1_767_225_609_000 },
  },
  { layout: 'Binance spot trades', text: `12,100.50,2.5,251.25,${MS}456,True,True\n`, expected: BINANCE_TRADE },
  { layout: 'Binance spot trades', text: `12,100.50,2.5,251.25,${MS},true,false\n`, expected: BINANCE_TRADE },
  {
    layout: 'Binance spot trades',
    text: `id,price,qty,quote_qty,time,is_buyer_maker,is_best_match\n12,100.50,2.5,251.25,${MS},false,true\n`,
    expected: { ...BINANCE_TRADE, side: 'buy' },
  },
  {
    layout: 'Binance spot aggregate trades',
    text: `12,100.50,2.5,90,91,${MS},True,True\n`,
    expected: BINANCE_TRADE,
  },
  { layout: 'Binance futures trades', text: `12,100.50,2.5,251.25,${MS},true\n`, expected: BINANCE_TRADE },
  {
    layout: 'Binance futures trades',
    text: `id,price,qty,quote_qty,time,is_buyer_maker\n12,100.50,2.5,251.25,${MS},true\n`,
    expected: BINANCE_TRADE,
  },
  {
    layout: 'Binance coin-margined futures trades',
    text: `id,price,qty,base_qty,time,is_buyer_maker\n12,100.50,2.5,251.25,${MS},true\n`,
    expected: BINANCE_TRADE,
  },
  { layout: 'Binance futures aggregate trades', text: `12,100.50,2.5,90,91,${MS},true\n`, expected: BINANCE_TRADE },
  {
    layout: 'Binance futures aggregate trades',
    text: `agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n12,100.50,2.5,90,91,${MS},true\n`,
    expected: BINANCE_TRADE,
  },
  {
    layout: 'Bybit spot trades',
    text: `id,timestamp,price,volume,side,rpi\n7,${MS},100,0.5,sell,0\n`,
    expected: { trade_id: 1, side: 'sell', price: '100', qty: '0.5', timestamp_ms: MS },
  },
  {
    layout: 'Bybit futures trades',
    text:
      'timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional\n' +
      '1767225609.1239,BTCUSDT,Buy,0.5,100,PlusTick,5c3f6c1a-0d1f-5e9b-8d5f-000000000001,5e9,0.5,50\n',
    pairs: ['BTC/USDT'],
    expected: { pair: 'BTC/USDT', trade_id: 1, side: 'buy', price: '100', qty: '0.5', timestamp_ms: MS },
  },
  {
    layout: 'tardis.dev trades',
    text: `exchange,symbol,timestamp,local_timestamp,id,side,price,amount\nbitmex,XBTUSD,${MS}456,${MS}999,77,unknown,100,1\n`,
    pairs: ['BTC/USD'],
    expected: { pair: 'BTC/USD', trade_id: 77, side: null, price: '100', qty: '1', timestamp_ms: MS },
  },
  {
    layout: 'tardis.dev trades',
    text: `exchange,symbol,timestamp,local_timestamp,id,side,price,amount\nbitmex,XBTUSD,${MS}456,${MS}999,5c3f6c1a-0d1f,sell,100,1\n`,
    pairs: ['BTC/USD'],
    expected: { trade_id: 1, side: 'sell' },
  },
  {
    layout: 'Coinbase trades',
    text: `trade_id,side,size,price,time\n12,buy,2.5,100.50,${ISO}\n`,
    expected: BINANCE_TRADE,
  },
  {
    layout: 'CryptoDataDownload trades',
    text: `https://www.CryptoDataDownload.com\nunix,date,symbol,side,price,amount\n${MS},2026-01-01 00:00:09,A/B,buy,100,1\n`,
    expected: { trade_id: 1, side: 'buy', price: '100', qty: '1', timestamp_ms: MS },
  },
  {
    layout: 'columns with our names',
    text: 'id,price,amount,timestamp,side\n7,100,1,2026-01-01 00:00:09.123,buy\n',
    expected: { trade_id: 7, side: 'buy', price: '100', qty: '1', timestamp_ms: MS },
  },
  {
    layout: 'Kraken REST trades',
    file: 'x.json',
    text: json({ error: [], result: { XXBTZUSD: [['100.50', '2.5', 1767225609.1239, 's', 'l', '', 12]], last: '1' } }),
    pairs: ['BTC/USD'],
    expected: { ...BINANCE_TRADE, pair: 'BTC/USD' },
  },
  {
    layout: 'ccxt trades',
    file: 'x.json',
    text: json([[MS, '12', null, 'sell', 100.5, 2.5, 251.25]]),
    expected: { ...BINANCE_TRADE, price: '100.5' },
  },
  {
    layout: 'Binance REST trades',
    file: 'x.json',
    text: json([{ id: 12, price: '100.50', qty: '2.5', quoteQty: '251.25', time: MS, isBuyerMaker: true }]),
    expected: BINANCE_TRADE,
  },
  {
    layout: 'Binance REST trades',
    file: 'x.json',
    text: json([{ M: true, T: MS, a: 12, f: 90, l: 91, m: true, p: '100.50', q: '2.5' }]),
    expected: BINANCE_TRADE,
  },
  {
    layout: 'Coinbase trades',
    file: 'x.json',
    text: json([{ time: ISO, trade_id: 12, price: '100.50', size: '2.5', side: 'buy' }]),
    expected: BINANCE_TRADE,
  },
  {
    layout: 'trades with our names',
    file: 'x.ndjson',
    text: `{"pair":"A/B","trade_id":12,"side":"sell","price":100.50,"qty":2.5,"timestamp_ms":${MS}}\n`,
    expected: BINANCE_TRADE,
  },
  {
    layout: 'Binance messages',
    file: 'x.ndjson',
    text: json({ E: MS, M: true, T: MS, a: 9000, b: 88, e: 'trade', m: true, p: '100.50', q: '2.5', s: 'AB', t: 12 }),
    expected: { ...BINANCE_TRADE, pair: 'A/B' },
  },
  {
    layout: 'Binance aggregate trade messages',
    file: 'x.txt',
    text: `1767225609.5: ${json({ stream: 'ab@aggTrade', data: { e: 'aggTrade', s: 'AB', a: 12, p: '100.50', q: '2.5', f: 9, l: 9, T: MS, m: true } })}`,
    expected: BINANCE_TRADE,
  },
  {
    layout: 'Kraken messages',
    file: 'x.ndjson',
    text: `{"channel":"trade","type":"update","data":[{"symbol":"A/B","side":"sell","price":100.50,"qty":2.5,"ord_type":"limit","trade_id":12,"timestamp":"${ISO}"}]}\n`,
    expected: BINANCE_TRADE,
  },
  {
    layout: 'Kraken messages, version 1',
    file: 'x.ndjson',
    text: json([0, [['100.50', '2.5', '1767225609.1239', 's', 'l', '']], 'trade', 'A/B']),
    expected: { ...BINANCE_TRADE, trade_id: 1 },
  },
  {
    layout: 'Coinbase trades',
    file: 'x.ndjson',
    text: json({
      type: 'match',
      trade_id: 12,
      product_id: 'A-B',
      size: '2.5',
      price: '100.50',
      side: 'buy',
      time: ISO,
    }),
    expected: BINANCE_TRADE,
  },
  {
    layout: 'Coinbase trades',
    file: 'x.ndjson',
    text: json({
      channel: 'market_trades',
      events: [
        {
          type: 'update',
          trades: [{ trade_id: '12', product_id: 'A-B', size: '2.5', price: '100.50', side: 'BUY', time: ISO }],
        },
      ],
    }),
    expected: BINANCE_TRADE,
  },
  {
    layout: 'Bybit messages',
    file: 'x.ndjson',
    text: json({
      topic: 'publicTrade.AB',
      type: 'snapshot',
      ts: MS,
      data: [{ T: MS, s: 'AB', S: 'Sell', v: '2.5', p: '100.50', L: 'PlusTick', i: '5c3f', BT: false }],
    }),
    expected: { ...BINANCE_TRADE, trade_id: 1 },
  },
]

it.each(CASES)('reads $layout', async ({ layout, file = 'x.csv', text, expected, pairs = ['A/B'] }) => {
  for (const isPlain of [false, true]) {
    const found = await readingOf(file, text, { pairs, isPlain })
    expect(found.layouts).toEqual([layout])
    expect(found.leftOut).toEqual([])
    expect(found.trades).toHaveLength(1)
    expect(found.trades[0]).toMatchObject(expected)
  }
})

describe('a layout that is not known', () => {
  it.each([
    ['orders, whose columns have likely names', 'order_id,symbol,side,price,qty,time,status\n1,A/B,buy,1,1,2,new\n'],
    ['candles', 'unix,date,symbol,open,high,low,close,Volume BTC,Volume USD\n1767225600,x,A/B,1,1,1,1,1,1\n'],
    ['rows of four numbers', '1,2,3,4\n'],
    ['three numbers that do not begin with a time', '1,2,3\n'],
    ['a header that names a field twice', 'time,price,amount,size\n1767225600,1,1,1\n'],
  ])('is rejected with the columns that were found: %s', async (_name, text) => {
    const seen = text.split('\n')[0]!
    await expect(readingOf('x.csv', text, { pairs: ['A/B'] })).rejects.toThrow(`unknown columns: ${seen}: `)
  })

  it('is refused in NDJSON, and read once its columns are named in CSV', async () => {
    await expect(readingOf('x.ndjson', '{"order":1,"price":2,"qty":3,"time":4}\n')).rejects.toThrow(
      /order,price,qty,time/,
    )
    const columns = columnsOf('-,pair,side,price,qty,time,-')
    const text = 'order_id,symbol,side,price,qty,time,status\n1,A/B,buy,1,1,2026-01-01T00:00:10Z,filled\n'
    const { trades, layouts } = await readingOf('x.csv', text, { columns })
    expect(layouts).toEqual(['columns as named'])
    expect(trades).toMatchObject([{ pair: 'A/B', trade_id: 1, timestamp_ms: 1_767_225_610_000 }])
  })

  it.each([
    ['price,qty', /must name price, qty and one of time/],
    ['price,qty,time,cost', /cost is not a column: pair, trade_id/],
    ['price,price,qty,time', /each once/],
  ])('cannot be named %s', (text, message) => {
    expect(() => columnsOf(text)).toThrow(message)
  })
})

describe('messages of a socket', () => {
  const trade = (s: string, t: number) => json({ e: 'trade', s, t, p: '1', q: '1', T: MS, m: false })
  const others = json({ e: 'kline', s: 'AB', k: {} }) + json({ result: null, id: 1 })

  it('gives only trades, and only those of the requested pair', async () => {
    const { trades, leftOut } = await readingOf('x.ndjson', others + trade('AB', 1) + trade('CD', 9) + trade('AB', 2), {
      pairs: ['A/B'],
    })
    expect(trades.map(({ pair, trade_id }) => [pair, trade_id])).toEqual([
      ['A/B', 1],
      ['A/B', 2],
    ])
    expect(leftOut.map(text => text.split(' ')[0])).toEqual(['other_message', 'other_message', 'other_pair'])
  })

  it('leaves out an impossible trade of a message, whose id then opens no gap', async () => {
    const row = (trade_id: number, qty: string) =>
      `{"symbol":"A/B","side":"buy","price":1,"qty":${qty},"trade_id":${trade_id},"timestamp":"${ISO}"}`
    const text = `{"channel":"trade","type":"snapshot","data":[${row(1, '1')},${row(2, '0.00000000')},${row(3, '1')}]}\n`
    const { trades, leftOut, skipped } = await readingOf('x.ndjson', text)
    expect(trades.map(({ trade_id }) => trade_id)).toEqual([1, 3])
    expect(leftOut).toEqual(['bad_qty line 1: qty 0.00000000 is not positive'])
    expect(skipped).toEqual([2])
  })
})

it('reads a file without a header whose first row is bad', async () => {
  const { trades, leftOut } = await readingOf('x.csv', '1767225600,-5,1\n1767225601,1e-7,2\n', { pairs: ['A/B'] })
  expect(trades).toMatchObject([{ trade_id: 2, price: '1e-7' }])
  expect(leftOut).toEqual(['bad_price line 1: price "-5" is not a decimal number'])
})

describe('ids', () => {
  const tardis = (id: string, i: number) => `x,BTCUSD,17672256${i}0000000,1767225600000005,${id},sell,${100 + i},1\n`
  const header = 'exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n'

  it('that are empty or null do not count as ids, so the trades are numbered', async () => {
    const csv = header + [0, 1, 2].map(i => tardis('', i)).join('')
    expect((await readingOf('x.csv', csv)).trades.map(t => t.trade_id)).toEqual([1, 2, 3])
    const line = `{"pair":"A/B","trade_id":null,"side":"buy","price":100,"qty":1,"timestamp_ms":${MS}}\n`
    expect((await readingOf('x.ndjson', line.repeat(8))).trades.map(t => t.trade_id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('that are missing in some lines are reported', async () => {
    const row = (id: string) => `A/B,${id},buy,1,1,${MS}\n`
    const text = `pair,trade_id,side,price,qty,timestamp_ms\n${row('5')}${row('')}${row('6')}`
    const { trades, leftOut } = await readingOf('x.csv', text)
    expect(trades.map(t => t.trade_id)).toEqual([5, 6])
    expect(leftOut).toEqual(['bad_trade_id line 3: trade_id is empty, where other lines have one'])
  })
})

it.each([
  [
    'of rows that are all left out',
    '1,buy,100,1,soon\n2,buy,100,1,later\n',
    'trades.csv holds no trades of A/B: 2 rows are left out, the first, line 2: timestamp "soon" is not a time',
  ],
  ['without rows', '', 'trades.csv holds no trades of A/B: it has no rows'],
])('a file %s says why it holds no trades', async (_, rows, message) => {
  const content = `trade_id,side,price,qty,timestamp_ms\n${rows}`
  await expect(readingOf('trades.csv', content, { pairs: ['A/B'] })).rejects.toThrow(message)
})
