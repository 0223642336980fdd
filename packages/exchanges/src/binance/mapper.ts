import { type FeedMessage, tradeMessages } from '../exchange.ts'
import { isObject, type Json, parseJson, parseObject } from '../json.ts'
import { type MappedTrades, mapTrades } from '../mapped-trades.ts'
import { Malformed, shown, type TradeFields } from '../trade.ts'

/** The taker is the seller when the buyer is the maker. */
const side = (buyerIsMaker: unknown): unknown =>
  buyerIsMaker === true ? 'sell' : buyerIsMaker === false ? 'buy' : buyerIsMaker

/** For a symbol that was not requested, the symbol itself is used as the name of the pair. */
function fieldsOf({ s, t, p, q, T, m }: Json, names: ReadonlyMap<string, string>): TradeFields {
  const pair = typeof s === 'string' ? (names.get(s) ?? s) : s
  return { pair, trade_id: t, side: side(m), price: p, qty: q, timestamp_ms: T }
}

/** The reason of a refusal, which is in `error`, or in `code` and `msg`; null for a granted request. */
function refusalOf({ error, code, msg }: Json): string | null {
  if ((error ?? null) === null && code === undefined) return null
  const reason = (isObject(error) ? error.msg : error) ?? msg
  return typeof reason === 'string' ? reason : shown(reason ?? error ?? code)
}

/** An answer without our number of a request grants nothing. */
function answer(message: Json): FeedMessage {
  const error = refusalOf(message)
  if (typeof message.id === 'number') return { type: 'answered', request: message.id, error }
  return error === null ? { type: 'alive', exchange_ms: null } : { type: 'refused', pair: null, error }
}

/**
 * A message of Binance's streams, combined or raw.
 * @param names the requested pairs, by symbol
 * @returns its messages; other events only show that the connection is alive
 * @throws Malformed if it is not a JSON object
 */
export function readMessage(text: string, names: ReadonlyMap<string, string>): readonly FeedMessage[] {
  const message = parseObject(text)
  const event = isObject(message.data) ? message.data : message
  if (event.e === 'trade')
    return tradeMessages(
      mapTrades([event], () => fieldsOf(event, names)),
      false,
    )
  if (typeof message.stream === 'string' && message.stream.endsWith('@trade'))
    return [{ type: 'unreadable', problem: 'a message of a trade stream without a trade' }]
  if (event.e === 'serverShutdown') return [{ type: 'status', status: 'shutting down' }]
  const answers = message.result === null || message.error !== undefined || message.code !== undefined
  return [answers ? answer(message) : { type: 'alive', exchange_ms: null }]
}

function restFieldsOf(pair: string, row: unknown): TradeFields {
  if (!isObject(row)) throw new Malformed('a row that is not an object')
  const { id, price, qty, time, isBuyerMaker } = row
  return { pair, trade_id: id, side: side(isBuyerMaker), price, qty, timestamp_ms: time }
}

function parseRows(text: string): readonly unknown[] {
  const rows = parseJson(text)
  if (!Array.isArray(rows)) throw new Malformed(`no list of trades: ${text.slice(0, 100)}`)
  return rows
}

/** `/api/v3/historicalTrades`. @throws Malformed where the answer is no list */
export const readRestTrades = (pair: string, text: string): MappedTrades =>
  mapTrades(parseRows(text), row => restFieldsOf(pair, row), pair)

/** @returns the id of the first trade in the first row of `/api/v3/aggTrades`; undefined for no rows. @throws Malformed */
export function readFirstTradeId(text: string): number | undefined {
  const [first] = parseRows(text)
  if (first === undefined) return undefined
  if (!isObject(first) || typeof first.f !== 'number') throw new Malformed('an aggregate trade without its first id')
  return first.f
}
