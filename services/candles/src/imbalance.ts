import type { BarSpec } from '@candlewick/market-data'
import type { FoldedTrade } from './open-window.ts'

/**
 * The state of an imbalance bar beside its trades (M. López de Prado, Advances in Financial Machine Learning, 2018, 2.3.2).
 * docs/bars.md has the formula. It is one array of doubles, as in an {@link OpenWindow}.
 */
export type Imbalance = number[]

/** Whether the price last rose (1) or fell (-1); 0 before the first change. */
const SIGN = 0
/** Price of the newest trade; 0 before the first. */
const PRICE = 1
/** Sum of the bar's signed sizes, and of their magnitudes. */
const THETA = 2
const SIZE = 3
/** Averages over the bars so far: trades of a bar, signed size of a trade, size of a trade; 0 before the first bar has ended. */
const EXPECTED_TRADES = 4
const EXPECTED_SIGNED = 5
const EXPECTED_SIZE = 6
const LENGTH = 7

/** Weight of the newest bar in the averages. */
const ALPHA = 0.1
/** The expected number of trades stays within this factor of the configured one, and no bar has more trades than that. */
export const FACTOR_MAX = 4

const NONE: Imbalance = Array.from(new Float64Array(LENGTH))

export const noImbalance = (): Imbalance => NONE.slice()

/** Adds a trade to the bar. Its size is 1 or its value, and its sign is that of the last change of the price (the tick rule). */
export function addImbalance(imbalance: Imbalance, { price, qty }: FoldedTrade, { kind }: BarSpec): void {
  const before = imbalance[PRICE]!
  if (before !== 0 && price !== before) imbalance[SIGN] = price > before ? 1 : -1
  imbalance[PRICE] = price
  const size = kind === 'tick-imbalance' ? 1 : price * qty
  imbalance[THETA]! += imbalance[SIGN]! * size
  imbalance[SIZE]! += size
}

/** @returns whether a bar with this number of trades ends, because its imbalance is at least the expected one or it has reached the maximum length. */
export function isImbalanced(imbalance: Imbalance, trades: number, { threshold }: BarSpec): boolean {
  if (trades >= FACTOR_MAX * threshold) return true
  const expectedTrades = imbalance[EXPECTED_TRADES]! || threshold
  const size = imbalance[EXPECTED_SIZE]! || imbalance[SIZE]! / trades
  // In a balanced market the sum of n signs has the standard deviation √n, so a smaller sum is not an imbalance.
  const signed = Math.max(Math.abs(imbalance[EXPECTED_SIGNED]!), size / Math.sqrt(expectedTrades))
  return Math.abs(imbalance[THETA]!) >= expectedTrades * signed
}

/** Ends a bar with this number of trades: it enters the averages, and the next bar begins at zero. */
export function endImbalance(imbalance: Imbalance, trades: number, { threshold }: BarSpec): void {
  const size = imbalance[SIZE]! / trades
  const length = average(imbalance[EXPECTED_TRADES]! || threshold, trades)
  imbalance[EXPECTED_TRADES] = Math.min(Math.max(length, threshold / FACTOR_MAX), threshold * FACTOR_MAX)
  imbalance[EXPECTED_SIGNED] = average(imbalance[EXPECTED_SIGNED]!, imbalance[THETA]! / trades)
  imbalance[EXPECTED_SIZE] = average(imbalance[EXPECTED_SIZE]! || size, size)
  imbalance[THETA] = imbalance[SIZE] = 0
}

const average = (before: number, newest: number): number => before + ALPHA * (newest - before)
