import type { Bar } from '../bar.ts'
import { isMissing, MISSING } from './missing.ts'
import { newTrueRange, type TrueRange, trueRange } from './true-range.ts'
import { isZero } from './zero.ts'

/** Wilder's sums of directional movement and true range. */
export interface Directional {
  high: number
  low: number
  range: TrueRange
  /** Number of candles after the first one, counted until the sums begin to decay. */
  count: number
  plus: number
  minus: number
  ranges: number
}

export const newDirectional = (): Directional => ({
  high: 0,
  low: 0,
  range: newTrueRange(),
  count: 0,
  plus: 0,
  minus: 0,
  ranges: 0,
})

/**
 * Adds a candle: the sums grow for `period` − 1 candles after the first one, and then lose 1 / period with each candle. With
 * a period of 1 they are the candle's own values. @returns the number of candles after the first one, at most `period`
 */
export function direct(state: Directional, bar: Bar, period: number): number {
  const up = bar.high - state.high
  const down = state.low - bar.low
  const width = trueRange(state.range, bar)
  state.high = bar.high
  state.low = bar.low
  if (isMissing(width)) return 0
  if (state.count < period) state.count++
  const release = state.count < period ? 0 : 1 / period
  state.plus += (up > 0 && up > down ? up : 0) - state.plus * release
  state.minus += (down > 0 && down > up ? down : 0) - state.minus * release
  state.ranges += width - state.ranges * release
  return state.count
}

export const plusIndex = ({ plus, ranges }: Directional): number => (ranges > 0 ? 100 * (plus / ranges) : 0)
export const minusIndex = ({ minus, ranges }: Directional): number => (ranges > 0 ? 100 * (minus / ranges) : 0)

/** @returns DX, `MISSING` if no price has moved. */
export function directionalIndex(state: Directional): number {
  const [plus, minus] = [plusIndex(state), minusIndex(state)]
  return isZero(plus + minus) ? MISSING : 100 * (Math.abs(minus - plus) / (plus + minus))
}
