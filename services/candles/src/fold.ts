/**
 * The trades of a window, added up. `open` is the price of the trade with the lowest id and `close` that of the highest, so that
 * the order of arrival does not matter. Sums are compensated: their value is `x + x_lo`, within 5e-16 (relative) of the exact
 * decimal sum at any number of trades. Published volumes up to 4.5e7 are right to 8 decimals; larger volumes differ by less than
 * two units in the last place of a double. With `trade_count` 0 the other fields mean nothing.
 */
export interface Fold {
  trade_count: number
  first_trade_id: number
  last_trade_id: number
  open: number
  high: number
  low: number
  close: number
  volume: number
  volume_lo: number
  quote_volume: number
  quote_volume_lo: number
  buy_volume: number
  buy_volume_lo: number
}

export const emptyFold = (): Fold => ({
  trade_count: 0,
  first_trade_id: 0,
  last_trade_id: 0,
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  volume: 0,
  volume_lo: 0,
  quote_volume: 0,
  quote_volume_lo: 0,
  buy_volume: 0,
  buy_volume_lo: 0,
})

/** Empties a fold in place. New objects for thousands of states would be scattered over the memory and slow to read. */
export function clear(fold: Fold): void {
  fold.trade_count = 0
  fold.volume = fold.volume_lo = 0
  fold.quote_volume = fold.quote_volume_lo = 0
  fold.buy_volume = fold.buy_volume_lo = 0
}

/** @returns the exact rounding error of `sum`, which is a + b (Knuth's two-sum). */
export function lost(a: number, b: number, sum: number): number {
  const b1 = sum - a
  return a - (sum - b1) + (b - b1)
}

function addSums(fold: Fold, qty: number, quote: number, bought: number): void {
  const volume = fold.volume + qty
  fold.volume_lo += lost(fold.volume, qty, volume)
  fold.volume = volume
  const quoteVolume = fold.quote_volume + quote
  fold.quote_volume_lo += lost(fold.quote_volume, quote, quoteVolume)
  fold.quote_volume = quoteVolume
  const buyVolume = fold.buy_volume + bought
  fold.buy_volume_lo += lost(fold.buy_volume, bought, buyVolume)
  fold.buy_volume = buyVolume
}

/**
 * Adds the trades of another fold. The operation is associative and commutative, and the empty fold is its identity.
 * @returns `into`, or a copy of `from` if that is null
 */
export function merge(into: Fold | null, from: Fold): Fold {
  if (into === null) return { ...from }
  if (from.trade_count === 0) return into
  if (into.trade_count === 0) return Object.assign(into, from)
  if (from.first_trade_id < into.first_trade_id) {
    into.first_trade_id = from.first_trade_id
    into.open = from.open
  }
  if (from.last_trade_id > into.last_trade_id) {
    into.last_trade_id = from.last_trade_id
    into.close = from.close
  }
  into.trade_count += from.trade_count
  into.high = Math.max(into.high, from.high)
  into.low = Math.min(into.low, from.low)
  addSums(into, from.volume, from.quote_volume, from.buy_volume)
  into.volume_lo += from.volume_lo
  into.quote_volume_lo += from.quote_volume_lo
  into.buy_volume_lo += from.buy_volume_lo
  return into
}
