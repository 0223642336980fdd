import { type FeedMessage, tradeMessages } from '../exchange.ts'
import { exchangeTime, isoTime } from '../iso-time.ts'
import { isObject, type Json, parseJson, parseObject } from '../json.ts'
import { type MappedTrades, mapTrades } from '../mapped-trades.ts'
import { Malformed, shown, type TradeFields } from '../trade.ts'
import type { ProductNames } from './names.ts'

/** Coinbase sends the maker's side, on the socket and in its REST interface. */
const TAKER: Readonly<Record<string, string>> = { BUY: 'sell', SELL: 'buy' }

function fieldsOf(pair: unknown, { trade_id, side, price, size, time }: Json): TradeFields {
  return {
    pair,
    // The id is text on the socket, and a number in the REST interface.
    trade_id: typeof trade_id === 'string' && /^\d+$/.test(trade_id) ? Number(trade_id) : trade_id,
    side: (typeof side === 'string' && TAKER[side.toUpperCase()]) || side,
    price,
    qty: size,
    timestamp_ms: isoTime(time),
  }
}

function socketFieldsOf(row: unknown, names: ProductNames): TradeFields {
  if (!isObject(row)) throw new Malformed('a row that is not an object')
  const { product_id } = row
  return fieldsOf(typeof product_id === 'string' ? names.pairOf(product_id) : product_id, row)
}

function restFieldsOf(pair: string, row: unknown): TradeFields {
  if (!isObject(row)) throw new Malformed('a row that is not an object')
  return fieldsOf(pair, row)
}

function readTrades(event: Json, names: ProductNames): FeedMessage[] {
  if (!Array.isArray(event.trades)) return [{ type: 'unreadable', problem: 'a market_trades event without trades' }]
  return tradeMessages(
    mapTrades(event.trades, row => socketFieldsOf(row, names)),
    event.type === 'snapshot',
  )
}

function readSubscriptions({ subscriptions }: Json, exchange_ms: number | null, names: ProductNames): FeedMessage[] {
  const products: unknown = isObject(subscriptions) ? subscriptions.market_trades : undefined
  if (!Array.isArray(products)) return []
  return products
    .filter(product => typeof product === 'string')
    .map(product => ({ type: 'subscribed', pair: names.pairOf(product), exchange_ms }))
}

/** If an error is about a product, its text names the product. Other words have dashes, too. */
function readError({ message }: Json, names: ProductNames): FeedMessage {
  const error = typeof message === 'string' ? message : shown(message)
  const products = error.match(/[\p{L}\p{M}\p{N}._$]+-[\p{L}\p{M}\p{N}._$-]+/gu) ?? []
  const asked = products.find(product => names.isAsked(names.pairOf(product)))
  const product = asked ?? products.find(word => word === word.toUpperCase())
  return { type: 'refused', pair: product === undefined ? null : names.pairOf(product), error }
}

/**
 * A message of Coinbase Advanced Trade's WebSocket.
 * @returns its messages; other channels only show that the connection is alive
 * @throws Malformed if it is not a JSON object
 */
export function readMessage(text: string, names: ProductNames): readonly FeedMessage[] {
  const message = parseObject(text)
  if (message.type === 'error') return [readError(message, names)]
  const { channel, sequence_num, timestamp, events } = message
  const exchange_ms = exchangeTime(timestamp)
  const meaning: FeedMessage[] = [{ type: 'alive', exchange_ms }]
  if (Number.isSafeInteger(sequence_num)) meaning.unshift({ type: 'sequence', number: sequence_num as number })
  if (!Array.isArray(events)) {
    const isOther = typeof channel === 'string' && channel !== 'market_trades' && channel !== 'subscriptions'
    return isOther ? meaning : [...meaning, { type: 'unreadable', problem: 'a message without events' }]
  }
  for (const event of events)
    if (!isObject(event)) meaning.push({ type: 'unreadable', problem: 'an event that is not an object' })
    else if (channel === 'market_trades') meaning.push(...readTrades(event, names))
    else if (channel === 'subscriptions') meaning.push(...readSubscriptions(event, exchange_ms, names))
  return meaning
}

/** Coinbase Exchange's `/products/…/trades`. @throws Malformed where the answer is no list */
export function readRestTrades(pair: string, text: string): MappedTrades {
  const rows = parseJson(text)
  if (!Array.isArray(rows)) throw new Malformed(`no list of trades: ${text.slice(0, 100)}`)
  return mapTrades(rows, row => restFieldsOf(pair, row), pair)
}
