/** Pairs of very different liquidity and their trades a second. */
export const RATES: Readonly<Record<string, number>> = {
  'BTC/USD': 8,
  'ETH/USD': 8,
  'SOL/USD': 6,
  'XRP/USD': 5,
  'DOGE/USD': 3,
  'ADA/USD': 2,
  'LTC/USD': 0.5,
  'DOT/USD': 0.1,
}
export const PAIRS = Object.keys(RATES)
/**
 * Pairs with a trade soon after every window's end, so that the delays of their candles show only delays of the pipeline.
 */
export const LIQUID = PAIRS.filter(pair => RATES[pair]! >= 5)

/** Short intervals, so that there is always output to check; all are multiples of the first. */
export const INTERVALS = ['1s', '5s', '1m']
/** The value of some forty trades of every pair, and the volume of some fifty trades of BTC/USD or single trades of other pairs. */
export const BARS = ['tick:20', 'volume:0.1', 'value:5000']
export const INDICATORS = 'sma:3,10; ema:5; rsi:14; macd:12,26,9; obv'

/** The most instances of `candles`; the plan goes from one to so many and back, again and again. */
export const INSTANCES_MAX = 4
/** The services' session timeout, which is the pause after a kill. */
export const SESSION_MS = 6000
