import type { FeedMessage } from '../exchange.ts'
import { isObject, type Json, parseJson, parseObject } from '../json.ts'
import { type ExchangeTrade, exchangeTrade, Malformed } from '../trade.ts'
import { pairOf } from './names.ts'

/** Coinbase tells the maker's side, on the socket as in its REST interface. */
const TAKER: Readonly<Record<string, string>> = { BUY: 'sell', SELL: 'buy' }

function trade(pair: string, { trade_id, side, price, size, time }: Json): ExchangeTrade {
  return exchangeTrade({
    pair,
    // Text on the socket, a number in the REST interface.
    trade_id: typeof trade_id === 'string' && /^\d+$/.test(trade_id) ? Number(trade_id) : trade_id,
    side: TAKER[String(side).toUpperCase()] ?? side,
    price,
    qty: size,
    timestamp_ms: typeof time === 'string' ? Date.parse(time) : time,
  })
}

function socketTrade(row: unknown): ExchangeTrade {
  if (!isObject(row) || typeof row.product_id !== 'string') throw new Malformed('a trade without a product_id')
  return trade(pairOf(row.product_id), row)
}

/** The newest comes first in a message. */
const byId = (a: ExchangeTrade, b: ExchangeTrade): number => a.trade_id - b.trade_id

function readTrades(event: Json): FeedMessage {
  if (!Array.isArray(event.trades)) throw new Malformed('a market_trades event without trades')
  return { type: 'trades', trades: event.trades.map(socketTrade).sort(byId), snapshot: event.type === 'snapshot' }
}

function readSubscriptions({ subscriptions }: Json, exchange_ms: number | null): readonly FeedMessage[] {
  const products: unknown = isObject(subscriptions) ? subscriptions.market_trades : undefined
  if (!Array.isArray(products)) return []
  return products.map(product => ({ type: 'subscribed', pair: pairOf(String(product)), exchange_ms }))
}

/** `message` names the product that it is about, if there is one. */
function readError({ message }: Json): FeedMessage {
  const [product] = /\b[A-Z0-9]+-[A-Z0-9]+\b/.exec(String(message)) ?? []
  return { type: 'refused', pair: product === undefined ? null : pairOf(product), error: String(message) }
}

/**
 * A message of Coinbase Advanced Trade's WebSocket.
 * @returns what it means; other channels are proof of life only. @throws Malformed
 */
export function readMessage(text: string): readonly FeedMessage[] {
  const message = parseObject(text)
  if (message.type === 'error') return [readError(message)]
  const { channel, sequence_num, timestamp, events } = message
  if (!Array.isArray(events) || !events.every(isObject)) throw new Malformed('a message without events')
  const exchange_ms = typeof timestamp === 'string' ? Date.parse(timestamp) || null : null
  const meaning: FeedMessage[] = [{ type: 'alive', exchange_ms }]
  if (typeof sequence_num === 'number') meaning.unshift({ type: 'sequence', number: sequence_num })
  for (const event of events)
    if (channel === 'market_trades') meaning.push(readTrades(event))
    else if (channel === 'subscriptions') meaning.push(...readSubscriptions(event, exchange_ms))
  return meaning
}

/** Coinbase Exchange's `/products/…/trades`, oldest first. @throws Malformed */
export function readRestTrades(pair: string, text: string): ExchangeTrade[] {
  const rows = parseJson(text)
  if (!Array.isArray(rows) || !rows.every(isObject)) throw new Malformed(`no list of trades: ${text.slice(0, 100)}`)
  return rows.map(row => trade(pair, row)).sort(byId)
}
