import { type FeedMessage, UnknownPair } from '../exchange.ts'
import { isObject, type Json, parseObject } from '../json.ts'
import { type ExchangeTrade, exchangeTrade, Malformed } from '../trade.ts'
import { usualName } from './names.ts'

const time = (value: unknown): number | null => (typeof value === 'string' ? Date.parse(value) || null : null)

/** Unquoted numbers would lose their digits in a double: quoted before the text is parsed. In a JSON string the quotes
 * around such a name are escaped, so that nothing else can match. */
const quoteDecimals = (text: string): string => text.replace(/"(price|qty)":\s*(-?\d[\d.eE+-]*)/g, '"$1":"$2"')

const parse = (text: string) => parseObject(quoteDecimals(text))

function trade(row: unknown): ExchangeTrade {
  if (!isObject(row) || typeof row.symbol !== 'string') throw new Malformed('a trade without a symbol')
  const { trade_id, side, price, qty, timestamp } = row
  const timestamp_ms = typeof timestamp === 'string' ? Date.parse(timestamp) : timestamp
  return exchangeTrade({ pair: usualName(row.symbol), trade_id, side, price, qty, timestamp_ms })
}

function answer(message: Json): FeedMessage {
  const result = isObject(message.result) ? message.result : {}
  const symbol = result.symbol ?? message.symbol
  const pair = typeof symbol === 'string' ? usualName(symbol) : null
  if (message.success === true && pair !== null)
    return { type: 'subscribed', pair, exchange_ms: time(message.time_out) }
  // The answer to a pair asked for again whose first answer was lost.
  if (pair !== null && message.error === 'Already subscribed')
    return { type: 'subscribed', pair, exchange_ms: time(message.time_out) }
  return { type: 'refused', pair, error: String(message.error ?? 'no reason given') }
}

/**
 * Kraken WebSocket v2 (https://docs.kraken.com/api/docs/websocket-v2/trade).
 * @returns what the message means; other channels and methods are proof of life only. @throws Malformed
 */
export function readMessage(text: string): readonly FeedMessage[] {
  const message = parse(text)
  const { channel, method, data } = message
  if (channel === 'trade') {
    if (!Array.isArray(data)) throw new Malformed('a trade message without data')
    return [{ type: 'trades', trades: data.map(trade), snapshot: message.type === 'snapshot' }]
  }
  if (channel === 'status') {
    const first: unknown = Array.isArray(data) ? data[0] : undefined
    return [{ type: 'status', status: isObject(first) ? String(first.system) : 'unknown' }]
  }
  if (method === 'subscribe' || message.error !== undefined) return [answer(message)]
  return [{ type: 'alive', exchange_ms: method === 'pong' ? time(message.time_out) : null }]
}

/** `1762795433.9717445` → 1762795433971, from the digits: multiplied as a double, one in many would be a ms early. */
function millis(seconds: unknown): unknown {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(String(seconds)) ?? []
  return whole === undefined ? seconds : Number(whole + fraction.slice(0, 3).padEnd(3, '0'))
}

const SIDES: Readonly<Record<string, string>> = { b: 'buy', s: 'sell' }

function restTrade(pair: string, row: unknown): ExchangeTrade {
  if (!Array.isArray(row)) throw new Malformed('a row that is not an array')
  const [price, qty, seconds, side, , , trade_id] = row as unknown[]
  return exchangeTrade({ pair, trade_id, side: SIDES[String(side)], price, qty, timestamp_ms: millis(seconds) })
}

/** The exchange's `last`: nanoseconds, 19 digits, never a number. */
export interface RestTrades {
  readonly trades: readonly ExchangeTrade[]
  readonly last: string
}

/** Kraken REST `/0/public/Trades`: rows `[price, qty, time in s, b|s, l|m, misc, trade_id]`. @throws Malformed, Error with Kraken's own */
export function readRestTrades(pair: string, text: string): RestTrades {
  const { error, result } = parse(text)
  if (Array.isArray(error) && error.length > 0) {
    const text = `Kraken: ${error.join(', ')}`
    throw text.includes('Unknown asset pair') ? new UnknownPair(text) : new Error(text)
  }
  if (!isObject(result) || typeof result.last !== 'string') throw new Malformed('no result with trades')
  const rows = Object.entries(result).find(([name]) => name !== 'last')?.[1]
  if (!Array.isArray(rows)) throw new Malformed('no result with trades')
  const trades = rows.map((row: unknown) => restTrade(pair, row))
  return { trades: trades.sort((a, b) => a.trade_id - b.trade_id), last: result.last }
}
