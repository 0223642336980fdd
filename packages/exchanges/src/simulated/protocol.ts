import type { MarketTrade } from './market.ts'

/** Kraken's texts, written from a market's trades: WebSocket v2 and REST `/0/public/Trades`. */

/** Unix µs → RFC 3339 with six decimals. */
export const rfc3339 = (us: number): string =>
  `${new Date(Math.floor(us / 1000)).toISOString().slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`

export function tradeMessage(pair: string, type: 'snapshot' | 'update', trades: readonly MarketTrade[]): string {
  const symbol = JSON.stringify(pair)
  const data = trades.map(
    t =>
      `{"symbol":${symbol},"side":"${t.side}","price":${t.price},"qty":${t.qty},"ord_type":"market","trade_id":${t.trade_id},"timestamp":"${rfc3339(t.timestamp_us)}"}`,
  )
  return `{"channel":"trade","type":"${type}","data":[${data.join(',')}]}`
}

export function statusMessage(system: string): string {
  return JSON.stringify({ channel: 'status', type: 'update', data: [{ api_version: 'v2', system, version: '2.0.9' }] })
}

export const HEARTBEAT = '{"channel":"heartbeat"}'

export function pong(id: unknown, us: number): string {
  const time = rfc3339(us)
  return JSON.stringify({ method: 'pong', req_id: id, time_in: time, time_out: time })
}

export function subscribed(symbol: string, id: unknown, us: number): string {
  const time = rfc3339(us)
  const result = { channel: 'trade', snapshot: true, symbol }
  return JSON.stringify({ method: 'subscribe', req_id: id, result, success: true, time_in: time, time_out: time })
}

export function refused(symbol: string, id: unknown, us: number): string {
  const time = rfc3339(us)
  const error = `Currency pair not supported ${symbol}`
  return JSON.stringify({
    error,
    method: 'subscribe',
    req_id: id,
    success: false,
    symbol,
    time_in: time,
    time_out: time,
  })
}

/** Seconds with a fraction of six digits, from whole microseconds. */
const seconds = (us: number): string => `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`

export function restTrades(name: string, trades: readonly MarketTrade[], last: string): string {
  const rows = trades.map(
    t => `["${t.price}","${t.qty}",${seconds(t.timestamp_us)},"${t.side === 'buy' ? 'b' : 's'}","m","",${t.trade_id}]`,
  )
  return `{"error":[],"result":{${JSON.stringify(name)}:[${rows.join(',')}],"last":"${last}"}}`
}

export const restError = (error: string): string => JSON.stringify({ error: [error] })
