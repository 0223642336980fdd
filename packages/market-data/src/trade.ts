import * as z from 'zod'

/** Unix milliseconds between 1973 and 5138: seconds fall below it and microseconds above. */
export const UnixMs = z
  .int()
  .min(1e11, 'is not Unix milliseconds (too small: seconds?)')
  .lt(1e14, 'is not Unix milliseconds (too large: microseconds?)')

export const Pair = z.string().min(1).max(100)

export const TradeId = z.int().nonnegative()

/** Upper bound of prices and quantities, so that no sum of their products can overflow. */
export const AMOUNT_LIMIT = 1e100
/** A price or quantity of one trade. */
export const Amount = z.number().positive().lt(AMOUNT_LIMIT)

/**
 * One execution on an exchange. `side` is the taker's, null if the source does not have it; `price` is in quote units,
 * `qty` in base units; `trade_id` grows by one with each trade of its pair.
 */
export const Trade = z.object({
  pair: Pair,
  trade_id: TradeId,
  side: z.enum(['buy', 'sell']).nullable(),
  price: Amount,
  qty: Amount,
  timestamp_ms: UnixMs,
})
export type Trade = z.infer<typeof Trade>
