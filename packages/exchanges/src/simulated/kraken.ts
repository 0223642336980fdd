import { restName, usualName } from '../kraken/names.ts'
import { candlesOf } from './candles.ts'
import type { MarketTrade } from './market.ts'
import { type Client, type Protocol, type RestMarket, rfc3339, type Talk, tradesOf } from './protocol.ts'

const SNAPSHOT_TRADES = 50
const MESSAGE_TRADES_MAX = 50
const COUNT_MAX = 1000
const CANDLES_MAX = 720

function tradeMessage(pair: string, type: 'snapshot' | 'update', trades: readonly MarketTrade[]): string {
  const symbol = JSON.stringify(pair)
  const data = trades.map(
    t =>
      `{"symbol":${symbol},"side":"${t.side}","price":${t.price},"qty":${t.qty},"ord_type":"market","trade_id":${t.trade_id},"timestamp":"${rfc3339(t.timestamp_us)}"}`,
  )
  return `{"channel":"trade","type":"${type}","data":[${data.join(',')}]}`
}

function open(client: Client): Talk {
  const say = (message: object) => {
    const time = rfc3339(client.us())
    client.say(JSON.stringify({ ...message, time_in: time, time_out: time }))
  }
  const subscribe = (symbol: string, req_id: unknown) => {
    const error = `Currency pair not supported ${symbol}`
    if (usualName(symbol) !== symbol || !client.pairNamed(symbol, pair => pair))
      return say({ error, method: 'subscribe', req_id, success: false, symbol })
    const trades = client.subscribe(symbol, SNAPSHOT_TRADES)
    say({ method: 'subscribe', req_id, result: { channel: 'trade', snapshot: true, symbol }, success: true })
    if (trades.length > 0) client.say(tradeMessage(symbol, 'snapshot', trades))
  }
  const status = (system: string) =>
    JSON.stringify({ channel: 'status', type: 'update', data: [{ api_version: 'v2', system, version: '2.0.9' }] })
  return {
    greet: () => client.say(status('online')),
    receive: text => {
      const { method, params, req_id } = JSON.parse(text)
      if (method === 'ping') say({ method: 'pong', req_id })
      else if (method === 'subscribe') for (const symbol of params.symbol) subscribe(String(symbol), req_id)
      else say({ error: 'Malformed request', method: 'error', req_id, success: false })
    },
    trades: (pair, trades) => {
      const messages: string[] = []
      for (let from = 0; from < trades.length; from += MESSAGE_TRADES_MAX)
        messages.push(tradeMessage(pair, 'update', trades.slice(from, from + MESSAGE_TRADES_MAX)))
      return messages
    },
    heartbeat: () => '{"channel":"heartbeat"}',
    status,
  }
}

/** Formats microseconds as seconds with six decimals. */
const seconds = (us: number): string => `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`

function restTrades(name: string, trades: readonly MarketTrade[], last: bigint): string {
  const rows = trades.map(
    t => `["${t.price}","${t.qty}",${seconds(t.timestamp_us)},"${t.side === 'buy' ? 'b' : 's'}","m","",${t.trade_id}]`,
  )
  return `{"error":[],"result":{${JSON.stringify(name)}:[${rows.join(',')}],"last":"${last}"}}`
}

/** The last 720 candles, including the open one. */
function ohlc(name: string, pair: string, searchParams: URLSearchParams, market: RestMarket): string {
  const seconds = Number(searchParams.get('interval') ?? 1) * 60
  const now = Math.floor(market.nowUs / 1e6)
  const from = Math.max(Number(searchParams.get('since') ?? 0) + 1, now - CANDLES_MAX * seconds)
  const rows = candlesOf(market, pair, seconds, from, now).map(
    c => `[${c.time},"${c.open}","${c.high}","${c.low}","${c.close}","0.0","${c.volume}",${c.count}]`,
  )
  return `{"error":[],"result":{${JSON.stringify(name)}:[${rows}],"last":${now}}}`
}

/** `/0/public/Trades` and `…/OHLC`, and an error in Kraken's words for everything else. */
function rest({ pathname, searchParams }: URL, market: RestMarket) {
  const refusal = (error: string, status = 200) => ({ status, text: JSON.stringify({ error: [error] }) })
  const name = searchParams.get('pair') ?? ''
  const pair = market.pairNamed(name, restName)
  if (!pair) return refusal('EQuery:Unknown asset pair')
  if (pathname === '/0/public/OHLC') return { status: 200, text: ohlc(name, pair, searchParams, market) }
  if (pathname !== '/0/public/Trades') return refusal('EGeneral:Unknown method', 404)
  const count = Math.min(COUNT_MAX, market.rowsMax, Number(searchParams.get('count') ?? COUNT_MAX))
  const since = searchParams.get('since')
  const newest = market.lastId(pair)
  // `since` excludes trades at exactly that instant.
  const first = since === null ? newest - count + 1 : market.lastId(pair, Number(BigInt(since) / 1000n)) + 1
  const rows = tradesOf(market, pair, Math.max(1, first), Math.min(newest, first + count - 1))
  const last = BigInt(rows.at(-1)?.timestamp_us ?? 0) * 1000n || BigInt(since ?? 0)
  return { status: 200, text: restTrades(name, rows, market.wrongLast ? last * 2n : last) }
}

export const krakenProtocol: Protocol = { wsPath: '/v2', restPath: /^\/0\//, open, rest }
