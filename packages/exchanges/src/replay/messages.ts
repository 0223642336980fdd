import { isObject, type Json } from '../json.ts'
import { shown } from '../trade.ts'
import { type Cells, namedColumns } from './fields.ts'
import { type Layout, unknownLayout } from './layouts.ts'
import type { TimeFormat } from './times.ts'

/** Trades of a JSON message; none for a message about something else. */
export interface Message {
  /** Name of the layout; undefined for a message without trades. */
  readonly layout?: string
  readonly time: TimeFormat
  readonly ids: Layout['ids']
  readonly rows: readonly Cells[]
  /** Parts of the message in which its trades should have been. */
  readonly problems?: readonly string[]
}

/** The only layout of captures that merges trades: a capture can hold both kinds of one pair, each of them complete. */
export const AGGREGATES = 'Binance aggregate trade messages'
export const [BINANCE_TRADES, OUR_NAMES] = ['Binance messages', 'trades with our names']

type Reader = (message: Json) => Omit<Message, 'layout'> | undefined

const OTHER: Message = { time: 'digits', ids: 'none', rows: [] }

/** @returns the objects of a list, and what is there in place of others */
function objects(
  value: unknown,
  name: string,
): { readonly found: readonly Json[]; readonly problems: readonly string[] } {
  if (!Array.isArray(value)) return { found: [], problems: [`a message of trades without ${name}`] }
  const others = value.filter(item => !isObject(item))
  return { found: value.filter(isObject), problems: others.map(item => `${shown(item)} is no trade`) }
}

const has = (message: Json, ...names: string[]): boolean => names.every(name => name in message)

/** `t` and `a` are the exact names: `T` is the time, `M` no longer means anything, and `a` of a trade is an order's id. */
const binanceOf =
  (event: string, id: 't' | 'a'): Reader =>
  message => {
    const { e, s, p, q, T, m } = message
    if (e !== event) return undefined
    const row = { pair: s, trade_id: message[id], price: p, qty: q, time: T, buyer_is_maker: m }
    return { time: 'ms or us', ids: 'exchange', rows: [row] }
  }

const binanceRest: Reader = message => {
  const { id, a, price, p, qty, q, time, T, isBuyerMaker, m } = message
  const format = { time: 'ms or us', ids: 'exchange' } as const
  if (has(message, 'id', 'price', 'qty', 'time', 'isBuyerMaker'))
    return { ...format, rows: [{ trade_id: id, price, qty, time, buyer_is_maker: isBuyerMaker }] }
  if (!('e' in message) && has(message, 'a', 'p', 'q', 'f', 'l', 'T', 'm'))
    return { ...format, rows: [{ trade_id: a, price: p, qty: q, time: T, buyer_is_maker: m }] }
  return undefined
}

const kraken: Reader = ({ channel, data }) => {
  if (channel !== 'trade') return undefined
  const { found, problems } = objects(data, 'data')
  const rows = found.map(({ symbol, trade_id, side, price, qty, timestamp }) => ({
    pair: symbol,
    trade_id,
    side,
    price,
    qty,
    time: timestamp,
  }))
  return { time: 'iso', ids: 'exchange', rows, problems }
}

const coinbaseTrade = ({ product_id, trade_id, side, price, size, time }: Json): Cells => ({
  ...(product_id !== undefined && { pair: product_id }),
  trade_id,
  maker_side: side,
  price,
  qty: size,
  time,
})

const coinbase: Reader = message => {
  const format = { time: 'iso', ids: 'exchange' } as const
  if (message.channel === 'market_trades') {
    const events = objects(message.events, 'events')
    const lists = events.found.map(({ trades }) => objects(trades, 'trades'))
    const problems = [...events.problems, ...lists.flatMap(list => list.problems)]
    return { ...format, rows: lists.flatMap(({ found }) => found.map(coinbaseTrade)), problems }
  }
  if (message.type === 'match' || message.type === 'last_match') return { ...format, rows: [coinbaseTrade(message)] }
  if (!('type' in message) && has(message, 'trade_id', 'side', 'size', 'price', 'time'))
    return { ...format, rows: [coinbaseTrade(message)] }
  return undefined
}

const bybit: Reader = ({ topic, data }) => {
  if (typeof topic !== 'string' || !topic.startsWith('publicTrade.')) return undefined
  const { found, problems } = objects(data, 'data')
  const rows = found.map(({ s, S, v, p, T }) => ({ pair: s, side: S, qty: v, price: p, time: T }))
  return { time: 'ms', ids: 'none', rows, problems }
}

const READERS: readonly (readonly [name: string, read: Reader])[] = [
  [BINANCE_TRADES, binanceOf('trade', 't')],
  [AGGREGATES, binanceOf('aggTrade', 'a')],
  ['Binance REST trades', binanceRest],
  ['Kraken messages', kraken],
  ['Coinbase trades', coinbase],
  ['Bybit messages', bybit],
]

/** Names that occur only in messages of an exchange's socket. A message that has one of them and no trades is about something else. */
const MESSAGE_NAMES = ['e', 'stream', 'channel', 'event', 'type', 'topic', 'method', 'result', 'op', 'success', 'error']

/** `[channel, [[price, qty, time, side, type, misc], …], "trade", "XBT/USD"]` of Kraken's first WebSocket. */
function krakenFirst(value: readonly unknown[]): Message | undefined {
  const [, rows, channel, pair] = value
  if (typeof channel !== 'string' || typeof pair !== 'string') return undefined
  if (channel !== 'trade' || !Array.isArray(rows)) return OTHER
  const trades = rows.filter(Array.isArray).map(([price, qty, time, side]) => ({ pair, price, qty, time, side }))
  const problems = rows.filter(row => !Array.isArray(row)).map(row => `${shown(row)} is no trade`)
  return { layout: 'Kraken messages, version 1', time: 's', ids: 'none', rows: trades, problems }
}

/**
 * @param value a JSON message, numbers as text
 * @throws Malformed if it is neither a trade in our format nor a message of a known exchange
 */
export function tradesOfMessage(value: unknown): Message {
  const first = Array.isArray(value) ? krakenFirst(value) : undefined
  if (first) return first
  const message = isObject(value) && isObject(value.data) && 'stream' in value ? value.data : value
  if (!isObject(message)) throw unknownLayout(shown(value), 'json')
  for (const [layout, read] of READERS) {
    const found = read(message)
    if (found) return { layout, ...found }
  }
  const names = Object.keys(message)
  const columns = namedColumns(names)
  if (!columns) {
    if (typeof message.stream === 'string' && /@(agg)?trade$/i.test(message.stream))
      return { ...OTHER, problems: ['a message of a trade stream without a trade'] }
    if (MESSAGE_NAMES.some(name => name in message)) return OTHER
    throw unknownLayout(names.join(), 'json')
  }
  const cells: Cells = {}
  for (const [i, field] of columns.entries()) if (field !== '-') cells[field] = message[names[i]!]
  return { layout: OUR_NAMES, time: 'digits', ids: 'exchange', rows: [cells] }
}
