import type { Bar } from '../bar.ts'
import { type Indicator, NONE } from '../indicator.ts'
import type { Candle } from './candle.ts'
import { MISSING } from './missing.ts'
import { type Candles, Lookback, newCandles, type Recent } from './pattern.ts'

interface State {
  candles: Candles
  result: number
  high: number
  low: number
  /** Number of further candles in which the pattern may be confirmed. */
  open: number
}

/**
 * @param find returns 100 or −100 for the pattern, otherwise 0 @returns the indicator that reports the pattern, and 200 or −200
 *   when one of the next three closes confirms it. It looks for patterns from `early` candles before it is warm.
 */
export const confirmed = (
  candles: number,
  warmup: number,
  early: number,
  find: (recent: Recent) => number,
): Indicator<State> => {
  const lookback = new Lookback(candles, warmup)
  return {
    outputs: [''],
    warmup,
    initial: () => ({ candles: newCandles(), result: 0, high: 0, low: 0, open: 0 }),
    update(state, bar) {
      const isWarm = lookback.take(state.candles, bar)
      if (!isWarm && state.candles.count <= warmup - early) return NONE
      const value = confirm(state, find(lookback.recent), lookback.recent[1], bar)
      return [isWarm ? value : MISSING]
    },
  }
}

function confirm(state: State, result: number, inside: Candle, { close }: Bar): number {
  if (result !== 0) {
    Object.assign(state, { result, high: inside.high, low: inside.low, open: 3 })
    return result
  }
  if (state.open === 0) return 0
  state.open--
  const isConfirmed = state.result > 0 ? close > state.high : close < state.low
  if (!isConfirmed) return 0
  state.open = 0
  return 2 * state.result
}
