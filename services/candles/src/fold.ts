/**
 * What the trades of one window add up to. Each sum is kept as the rounded sum and the error of all its roundings,
 * so that it equals the sum of the addends to the last bit, however many there are.
 */
export interface Fold {
  open: number
  high: number
  low: number
  close: number
  count: number
  first_id: number | null
  last_id: number | null
  volume: number
  volume_error: number
  quote: number
  quote_error: number
  buy: number
  buy_error: number
}

/** No trades: the identity of {@link merge}. */
export const emptyFold = (): Fold => ({
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  count: 0,
  first_id: null,
  last_id: null,
  volume: 0,
  volume_error: 0,
  quote: 0,
  quote_error: 0,
  buy: 0,
  buy_error: 0,
})

/** The rounding error of `sum = a + b` (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B). */
function roundingError(a: number, b: number, sum: number): number {
  const rest = sum - a
  return a - (sum - rest) + (b - rest)
}

/** Adds the next trade; trades come in the order of their ids. */
export function addTrade(fold: Fold, id: number, price: number, qty: number, buy: boolean): void {
  if (fold.count === 0) {
    fold.open = price
    fold.high = price
    fold.low = price
    fold.first_id = id
  } else {
    if (price > fold.high) fold.high = price
    if (price < fold.low) fold.low = price
  }
  fold.close = price
  fold.last_id = id
  fold.count++
  const volume = fold.volume + qty
  fold.volume_error += roundingError(fold.volume, qty, volume)
  fold.volume = volume
  const value = price * qty
  const quote = fold.quote + value
  fold.quote_error += roundingError(fold.quote, value, quote)
  fold.quote = quote
  if (!buy) return
  const bought = fold.buy + qty
  fold.buy_error += roundingError(fold.buy, qty, bought)
  fold.buy = bought
}

/** Adds all that follows it; an empty one changes nothing. */
export function merge(into: Fold, next: Fold): void {
  if (next.count === 0) return
  if (into.count === 0) {
    Object.assign(into, next)
    return
  }
  into.high = Math.max(into.high, next.high)
  into.low = Math.min(into.low, next.low)
  into.close = next.close
  into.last_id = next.last_id
  into.count += next.count
  const volume = into.volume + next.volume
  into.volume_error += next.volume_error + roundingError(into.volume, next.volume, volume)
  into.volume = volume
  const quote = into.quote + next.quote
  into.quote_error += next.quote_error + roundingError(into.quote, next.quote, quote)
  into.quote = quote
  const bought = into.buy + next.buy
  into.buy_error += next.buy_error + roundingError(into.buy, next.buy, bought)
  into.buy = bought
}
