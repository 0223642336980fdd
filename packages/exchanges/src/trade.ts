/**
 * A trade as the exchange told it: `price` (quote units) and `qty` (base units) are decimal text with the exchange's
 * own digits, valid as JSON numbers. `trade_id` grows by one a trade within its pair; `side` is the taker's.
 */
export interface ExchangeTrade {
  readonly pair: string
  readonly trade_id: number
  readonly side: 'buy' | 'sell' | null
  readonly price: string
  readonly qty: string
  readonly timestamp_ms: number
}

/** A message or line that does not say what its format promises; the text names what is wrong. */
export class Malformed extends Error {
  override name = 'Malformed'
}

const DECIMAL = /^(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
/** As in market-data's `UnixMs`: seconds fall below, microseconds above. */
const TIMESTAMP_MS_MIN = 1e11
const TIMESTAMP_MS_MAX = 1e14

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? String(value)

function decimal(name: string, value: unknown): string {
  if (typeof value !== 'string' || !DECIMAL.test(value))
    throw new Malformed(`${name} ${shown(value)} is not a decimal number`)
  const number = Number(value)
  if (!(number > 0) || number === Number.POSITIVE_INFINITY) throw new Malformed(`${name} ${value} is not positive`)
  return value
}

/** The one check that every trade passes on its way in, whatever it comes from. @throws Malformed naming the field */
export function exchangeTrade(fields: { readonly [field in keyof ExchangeTrade]: unknown }): ExchangeTrade {
  const { pair, trade_id, side, timestamp_ms } = fields
  if (typeof pair !== 'string' || pair === '') throw new Malformed(`pair ${shown(pair)} is not a name`)
  if (typeof trade_id !== 'number' || !Number.isSafeInteger(trade_id) || trade_id < 0)
    throw new Malformed(`trade_id ${shown(trade_id)} is not a non-negative safe integer`)
  if (side !== 'buy' && side !== 'sell' && side !== null) throw new Malformed(`side ${shown(side)} is not buy or sell`)
  if (typeof timestamp_ms !== 'number' || !Number.isSafeInteger(timestamp_ms))
    throw new Malformed(`timestamp ${shown(timestamp_ms)} is not a time`)
  if (timestamp_ms < TIMESTAMP_MS_MIN)
    throw new Malformed(`timestamp ${timestamp_ms} is too small for milliseconds: seconds?`)
  if (timestamp_ms >= TIMESTAMP_MS_MAX)
    throw new Malformed(`timestamp ${timestamp_ms} is too large for milliseconds: microseconds?`)
  return { pair, trade_id, side, price: decimal('price', fields.price), qty: decimal('qty', fields.qty), timestamp_ms }
}
