/**
 * A trade as the exchange sent it. `price` (quote units) and `qty` (base units) are decimal text with the exchange's
 * own digits, valid as JSON numbers. `trade_id` grows by one per trade within its pair; `side` is the taker's.
 */
export interface ExchangeTrade {
  readonly pair: string
  readonly trade_id: number
  readonly side: 'buy' | 'sell' | null
  readonly price: string
  readonly qty: string
  readonly timestamp_ms: number
}

/** The values of a trade's fields before they are checked. */
export type TradeFields = { readonly [field in keyof ExchangeTrade]: unknown }

/** A message, line or value that does not follow its format; the text names what is wrong. */
export class Malformed extends Error {
  override name = 'Malformed'
  /** The trade's field at fault, where it is one field. */
  readonly field: string | undefined

  constructor(message: string, field?: string) {
    super(message)
    this.field = field
  }
}

/** Longest text of a price or a quantity; longer ones are no numbers that an exchange writes. */
export const DECIMAL_CHARACTERS_MAX = 64
const DECIMAL = /^(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
/** Prices and quantities lie below this limit, which is `AMOUNT_LIMIT` of market-data: services refuse larger ones. */
const AMOUNT_LIMIT = 1e100
/** As in market-data's `UnixMs`: seconds lie below this range, microseconds above. */
const TIMESTAMP_MS_MIN = 1e11
const TIMESTAMP_MS_MAX = 1e14

/** @returns the start of a value's JSON, for messages; a value that is nested too deeply for that is only called so. */
export function shown(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, 60) ?? String(value)
  } catch {
    return 'a deeply nested value'
  }
}

function decimal(name: string, value: unknown): string {
  if (typeof value !== 'string' || !DECIMAL.test(value))
    throw new Malformed(`${name} ${shown(value)} is not a decimal number`, name)
  if (value.length > DECIMAL_CHARACTERS_MAX)
    throw new Malformed(`${name} ${shown(value)} has more than ${DECIMAL_CHARACTERS_MAX} characters`, name)
  const number = Number(value)
  if (!(number > 0)) throw new Malformed(`${name} ${value} is not positive`, name)
  if (number >= AMOUNT_LIMIT) throw new Malformed(`${name} ${shown(value)} is not below ${AMOUNT_LIMIT}`, name)
  return value
}

export const isTradeId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** The one check that every trade passes on its way in, whatever its source. @throws Malformed naming the field */
export function exchangeTrade(fields: TradeFields): ExchangeTrade {
  const { pair, trade_id, side, timestamp_ms } = fields
  if (typeof pair !== 'string' || pair === '') throw new Malformed(`pair ${shown(pair)} is not a name`, 'pair')
  if (!isTradeId(trade_id))
    throw new Malformed(`trade_id ${shown(trade_id)} is not a non-negative safe integer`, 'trade_id')
  if (side !== 'buy' && side !== 'sell' && side !== null)
    throw new Malformed(`side ${shown(side)} is not buy or sell`, 'side')
  if (typeof timestamp_ms !== 'number' || !Number.isSafeInteger(timestamp_ms))
    throw new Malformed(`timestamp ${shown(timestamp_ms)} is not a time`, 'timestamp')
  if (timestamp_ms < TIMESTAMP_MS_MIN)
    throw new Malformed(`timestamp ${timestamp_ms} is too small for milliseconds: seconds?`, 'timestamp')
  if (timestamp_ms >= TIMESTAMP_MS_MAX)
    throw new Malformed(`timestamp ${timestamp_ms} is too large for milliseconds: microseconds?`, 'timestamp')
  return { pair, trade_id, side, price: decimal('price', fields.price), qty: decimal('qty', fields.qty), timestamp_ms }
}
