import { symbolOf } from '../binance/names.ts'
import { candlesOf } from './candles.ts'
import type { MarketTrade } from './market.ts'
import { type Client, type Protocol, type RestMarket, type Talk, tradesOf } from './protocol.ts'

const STREAMS_MAX = 1024
const MESSAGES_MAX = 5
const CONNECTION_US_MAX = 24 * 3600e6
const LIMIT_MAX = 1000

/** The only stream that clients subscribe to: `btcusdt@trade`. */
const STREAM = /^(.+)@trade$/

const ms = (us: number): number => Math.floor(us / 1000)

function tradeMessage(pair: string, t: MarketTrade): string {
  const symbol = symbolOf(pair)
  const time = ms(t.timestamp_us)
  return `{"stream":"${symbol.toLowerCase()}@trade","data":{"e":"trade","E":${time},"s":"${symbol}","t":${t.trade_id},"p":"${t.price}","q":"${t.qty}","T":${time},"m":${t.side === 'sell'},"M":true}}`
}

function open(client: Client): Talk {
  const openedAt = client.us()
  let streams = 0
  let received: number[] = []
  /** Binance closes the connection of a client that sends too many messages. */
  const isTooMuch = () => {
    received = [...received.filter(at => client.us() - at < 1e6), client.us()]
    return received.length > MESSAGES_MAX
  }
  const subscribe = (params: readonly string[]) => {
    streams += params.length
    if (streams > STREAMS_MAX) return client.close('closed by the exchange (1008 too many streams)')
    // Binance neither confirms nor refuses a symbol that does not exist.
    for (const stream of params) {
      const pair = client.pairNamed(STREAM.exec(stream)?.[1]?.toUpperCase() ?? '', symbolOf)
      if (pair !== undefined) client.subscribe(pair, 0)
    }
  }
  return {
    greet: () => {},
    receive: text => {
      const { method, params, id } = JSON.parse(text)
      if (isTooMuch()) return client.close('closed by the exchange (1008 too many requests)')
      if (method === 'SUBSCRIBE') subscribe(params)
      if (method === 'SUBSCRIBE') client.say(`{"result":null,"id":${id}}`)
      else if (method === 'GET_PROPERTY') client.say(`{"result":true,"id":${id}}`)
      else client.say(`{"error":{"code":2,"msg":"Invalid request: unknown variant ${method}"},"id":${id}}`)
    },
    trades: (pair, trades) => trades.map(trade => tradeMessage(pair, trade)),
    heartbeat: () => {
      if (client.us() - openedAt >= CONNECTION_US_MAX) client.close('closed by the exchange (1001 24 hours)')
      return undefined
    },
    status: () => `{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":${ms(client.us())}}}`,
  }
}

const restTrade = (t: MarketTrade): string =>
  `{"id":${t.trade_id},"price":"${t.price}","qty":"${t.qty}","quoteQty":"0","time":${ms(t.timestamp_us)},"isBuyerMaker":${t.side === 'sell'},"isBestMatch":true}`

const aggregate = (t: MarketTrade): string =>
  `{"a":${t.trade_id},"p":"${t.price}","q":"${t.qty}","f":${t.trade_id},"l":${t.trade_id},"T":${ms(t.timestamp_us)},"m":${t.side === 'sell'},"M":true}`

const SECONDS: Readonly<Record<string, number>> = { '1s': 1, '1m': 60, '5m': 300, '15m': 900, '1h': 3600 }

function klines(pair: string, searchParams: URLSearchParams, limit: number, market: RestMarket): string {
  const seconds = SECONDS[searchParams.get('interval') ?? ''] ?? Number.NaN
  const [from, to] = ['startTime', 'endTime'].map(name => Number(searchParams.get(name)) / 1000)
  const until = Math.min(to ?? 0, market.nowUs / 1e6, (from ?? 0) + limit * seconds)
  const candles = candlesOf(market, pair, seconds, from ?? 0, until)
  const rows = candles.map(
    c =>
      `[${c.time * 1000},"${c.open}","${c.high}","${c.low}","${c.close}","${c.volume}",${(c.time + seconds) * 1000 - 1},"0",${c.count},"0","0","0"]`,
  )
  return `[${rows}]`
}

/** `historicalTrades` by id, `aggTrades` by time, `klines`. */
function rest({ pathname, searchParams }: URL, market: RestMarket) {
  const pair = market.pairNamed(searchParams.get('symbol') ?? '', symbolOf)
  if (!pair) return { status: 400, text: '{"code":-1121,"msg":"Invalid symbol."}' }
  const limit = Math.min(LIMIT_MAX, market.rowsMax, Number(searchParams.get('limit') ?? 500))
  const newest = market.lastId(pair)
  const rows = (first: number, text: (trade: MarketTrade) => string) => ({
    status: 200,
    text: `[${tradesOf(market, pair, Math.max(1, first), Math.min(newest, first + limit - 1)).map(text)}]`,
  })
  if (pathname === '/api/v3/historicalTrades')
    return rows(Number(searchParams.get('fromId') ?? newest - limit + 1), restTrade)
  if (pathname === '/api/v3/aggTrades')
    return rows(market.lastId(pair, Number(searchParams.get('startTime')) * 1000 - 1) + 1, aggregate)
  if (pathname === '/api/v3/klines') return { status: 200, text: klines(pair, searchParams, limit, market) }
  return { status: 404, text: '{"code":-1,"msg":"Not found."}' }
}

export const binanceProtocol: Protocol = { wsPath: '/stream', restPath: /^\/api\//, open, rest }
