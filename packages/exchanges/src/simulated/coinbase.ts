import { productOf } from '../coinbase/names.ts'
import { candlesOf } from './candles.ts'
import type { MarketTrade } from './market.ts'
import { type Client, type Protocol, type RestMarket, rfc3339, type Talk, tradesOf } from './protocol.ts'

const SNAPSHOT_TRADES = 50
const LIMIT_MAX = 1000

/** A base's USD and USDC products have one order book, whose trades are sent under the USD product. */
const bookOf = (product: string): string => product.replace(/-USDC$/, '-USD')

/** Coinbase sends the maker's side. */
const maker = ({ side }: MarketTrade): string => (side === 'buy' ? 'SELL' : 'BUY')

/** A message has the newest trade first. */
const tradeEvent = (pair: string, type: 'snapshot' | 'update', trades: readonly MarketTrade[]): string => {
  const rows = trades.map(
    t =>
      `{"trade_id":"${t.trade_id}","product_id":"${productOf(pair)}","price":"${t.price}","size":"${t.qty}","side":"${maker(t)}","time":"${rfc3339(t.timestamp_us)}"}`,
  )
  return `{"type":"${type}","trades":[${rows.reverse().join(',')}]}`
}

function open(client: Client): Talk {
  const products: string[] = []
  let sequence = 0
  let heartbeats: number | undefined
  // The number is taken when the message is made, so that a lost message leaves a gap in the numbers.
  const message = (channel: string, events: string) =>
    `{"channel":"${channel}","timestamp":"${rfc3339(client.us())}","sequence_num":${sequence++},"events":[${events}]}`
  const subscribe = (product: string) => {
    const pair = client.pairNamed(bookOf(product), productOf)
    if (pair === undefined) return client.say(`{"type":"error","message":"${product} is not a valid product"}`)
    products.push(product)
    client.say(message('market_trades', tradeEvent(pair, 'snapshot', client.subscribe(pair, SNAPSHOT_TRADES))))
  }
  return {
    greet: () => {},
    receive: text => {
      const { type, channel, product_ids = [] } = JSON.parse(text)
      if (type !== 'subscribe') return client.say('{"type":"error","message":"type is not supported"}')
      if (channel === 'heartbeats') heartbeats ??= 0
      else for (const product of product_ids) subscribe(String(product))
      client.say(message('subscriptions', JSON.stringify({ subscriptions: { market_trades: products } })))
    },
    trades: (pair, trades) => (trades.length > 0 ? [message('market_trades', tradeEvent(pair, 'update', trades))] : []),
    heartbeat: () => {
      if (heartbeats === undefined) return undefined
      const event = { current_time: rfc3339(client.us()), heartbeat_counter: heartbeats++ }
      return message('heartbeats', JSON.stringify(event))
    },
    status: () => undefined,
  }
}

const restTrade = (t: MarketTrade): string =>
  `{"trade_id":${t.trade_id},"side":"${maker(t).toLowerCase()}","size":"${t.qty}","price":"${t.price}","time":"${rfc3339(t.timestamp_us)}"}`

const PATH = /^\/products\/([^/]+)\/(trades|candles)$/

/** Windows without trades have no candle. */
function candles(pair: string, searchParams: URLSearchParams, market: RestMarket): string {
  const seconds = Number(searchParams.get('granularity'))
  const [start, end] = ['start', 'end'].map(name => Date.parse(searchParams.get(name) ?? '') / 1000)
  const to = Math.min((end ?? 0) + seconds, market.nowUs / 1e6)
  const rows = candlesOf(market, pair, seconds, start ?? 0, to)
    .filter(({ count }) => count > 0)
    .map(c => `[${c.time},${c.low},${c.high},${c.open},${c.close},${c.volume}]`)
  return `[${rows.reverse()}]`
}

/** `/products/…/candles`, and `/products/…/trades` backwards from the newest trade or from below `after`. */
function rest({ pathname, searchParams }: URL, market: RestMarket) {
  const [, product = '', what] = PATH.exec(pathname) ?? []
  const pair = market.pairNamed(bookOf(decodeURIComponent(product)), productOf)
  if (!pair) return { status: 404, text: '{"message":"NotFound"}' }
  if (what === 'candles') return { status: 200, text: candles(pair, searchParams, market) }
  const limit = Math.min(LIMIT_MAX, market.rowsMax, Number(searchParams.get('limit') ?? LIMIT_MAX))
  const below = Number(searchParams.get('after') ?? Number.POSITIVE_INFINITY)
  const newest = Math.min(market.lastId(pair), below - 1)
  const rows = tradesOf(market, pair, Math.max(1, newest - limit + 1), newest)
  return { status: 200, text: `[${rows.reverse().map(restTrade).join(',')}]` }
}

export const coinbaseProtocol: Protocol = { wsPath: '/', restPath: /^\/products\//, open, rest }
