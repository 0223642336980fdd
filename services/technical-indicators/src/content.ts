import type { Candle } from '@candlewick/market-data'

const numbers = new Float64Array(7)
const words = new Int32Array(numbers.buffer)

/** @returns a 32-bit hash of a candle's values, which distinguishes a repeated candle from another candle of its window. */
export function contentOf(candle: Candle): number {
  const { open, high, low, close, volume, quote_volume, trade_count } = candle
  // Minus zero and zero have different bits.
  numbers.set([open, high, low, close, volume + 0, quote_volume + 0, trade_count])
  let hash = 0
  for (const word of words) {
    hash = Math.imul(hash ^ word, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash
}
