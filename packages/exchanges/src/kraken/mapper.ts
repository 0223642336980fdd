import { type FeedMessage, tradeMessages, UnknownPair } from '../exchange.ts'
import { exchangeTime, isoTime } from '../iso-time.ts'
import { isObject, type Json, parseObject } from '../json.ts'
import { type MappedTrades, mapTrades } from '../mapped-trades.ts'
import { Malformed, shown, type TradeFields } from '../trade.ts'
import { usualName } from './names.ts'

/**
 * Quotes prices and quantities before the text is parsed, since a double would lose their digits. Inside a JSON string
 * the quotes around such a name would be escaped, so nothing else can match.
 */
const quoteDecimals = (text: string): string => text.replace(/"(price|qty)":\s*(-?\d[\d.eE+-]*)/g, '"$1":"$2"')

const parse = (text: string) => parseObject(quoteDecimals(text))

function fieldsOf(row: unknown): TradeFields {
  if (!isObject(row)) throw new Malformed('a row that is not an object')
  const { symbol, trade_id, side, price, qty, timestamp } = row
  const timestamp_ms = isoTime(timestamp)
  return { pair: typeof symbol === 'string' ? usualName(symbol) : symbol, trade_id, side, price, qty, timestamp_ms }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : shown(value))

function answer(message: Json): FeedMessage {
  const result = isObject(message.result) ? message.result : {}
  const symbol = result.symbol ?? message.symbol
  const pair = typeof symbol === 'string' ? usualName(symbol) : null
  if (message.success === true && pair !== null)
    return { type: 'subscribed', pair, exchange_ms: exchangeTime(message.time_out) }
  // The first answer was lost, and the pair was subscribed to again.
  if (pair !== null && message.error === 'Already subscribed')
    return { type: 'subscribed', pair, exchange_ms: exchangeTime(message.time_out) }
  if (pair === null && typeof message.error !== 'string')
    return { type: 'unreadable', problem: 'an answer that names neither a pair nor an error' }
  return { type: 'refused', pair, error: textOf(message.error ?? 'no reason given') }
}

/**
 * Kraken WebSocket v2 (https://docs.kraken.com/api/docs/websocket-v2/trade).
 * @returns the messages of a frame; other channels and methods only show that the connection is alive
 * @throws Malformed if the frame is not a JSON object
 */
export function readMessage(text: string): readonly FeedMessage[] {
  const message = parse(text)
  const { channel, method, data } = message
  if (channel === 'trade') {
    if (!Array.isArray(data)) return [{ type: 'unreadable', problem: 'a trade message without data' }]
    return tradeMessages(mapTrades(data, fieldsOf), message.type === 'snapshot')
  }
  if (channel === 'status') {
    const first: unknown = Array.isArray(data) ? data[0] : undefined
    return [{ type: 'status', status: isObject(first) ? textOf(first.system) : 'unknown' }]
  }
  if (method === 'subscribe' || (message.error ?? null) !== null) return [answer(message)]
  return [{ type: 'alive', exchange_ms: method === 'pong' ? exchangeTime(message.time_out) : null }]
}

/** `1762795433.9717445` → 1762795433971, computed from the digits: a multiplied double would sometimes be a millisecond early. */
function millis(seconds: unknown): unknown {
  const text = typeof seconds === 'number' || typeof seconds === 'string' ? String(seconds) : ''
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  return whole === undefined ? seconds : Number(whole + fraction.slice(0, 3).padEnd(3, '0'))
}

const SIDES: Readonly<Record<string, string>> = { b: 'buy', s: 'sell' }

function restFieldsOf(pair: string, row: unknown): TradeFields {
  if (!Array.isArray(row)) throw new Malformed('a row that is not an array')
  const [price, qty, seconds, side, , , trade_id] = row as unknown[]
  return {
    pair,
    trade_id,
    side: (typeof side === 'string' && SIDES[side]) || side,
    price,
    qty,
    timestamp_ms: millis(seconds),
  }
}

export interface RestTrades extends MappedTrades {
  /** Kraken's position for the next page: nanoseconds, whose 19 digits are too many for a number. */
  readonly last: string
}

/**
 * Kraken REST `/0/public/Trades`: rows `[price, qty, time in s, b|s, l|m, misc, trade_id]`.
 * @throws Malformed where the answer has no rows, UnknownPair, Error with Kraken's message
 */
export function readRestTrades(pair: string, text: string): RestTrades {
  const { error, result } = parse(text)
  if (Array.isArray(error) && error.length > 0) {
    const text = `Kraken: ${error.join(', ')}`
    throw text.includes('Unknown asset pair') ? new UnknownPair(text) : new Error(text)
  }
  if (!isObject(result) || typeof result.last !== 'string') throw new Malformed('no result with trades')
  const rows = Object.entries(result).find(([name]) => name !== 'last')?.[1]
  if (!Array.isArray(rows)) throw new Malformed('no result with trades')
  return { ...mapTrades(rows, row => restFieldsOf(pair, row), pair), last: result.last }
}
