import type { Bar } from '../bar.ts'
import { MISSING } from './missing.ts'

export interface Speeds {
  readonly initial: number
  readonly step: number
  readonly maximum: number
}

export interface Rules {
  /** Start of the stop, negative for a short position; 0: the extreme of the first candle. */
  readonly start: number
  /** Share of the stop by which it is moved away when the position turns. */
  readonly offset: number
  readonly long: Speeds
  readonly short: Speeds
}

export interface Parabolic {
  high: number
  low: number
  position: {
    side: 1 | -1
    stop: number
    extreme: number
    speed: number
  } | null
  begun: boolean
}

export const newParabolic = (): Parabolic => ({ high: 0, low: 0, position: null, begun: false })

/** @returns Wilder's stop for the candle, negative for a short position; `MISSING` for the first candle. */
export function turn(state: Parabolic, { high, low }: Bar, rules: Rules): number {
  const { high: highBefore, low: lowBefore } = state
  state.high = high
  state.low = low
  if (state.position !== null) return follow(state.position, highBefore, lowBefore, high, low, rules)
  if (!state.begun) {
    state.begun = true
    return MISSING
  }
  state.position = begin(highBefore, lowBefore, high, low, rules)
  return follow(state.position, high, low, high, low, rules)
}

type Position = NonNullable<Parabolic['position']>

function begin(highBefore: number, lowBefore: number, high: number, low: number, rules: Rules): Position {
  const { start, long, short } = rules
  const down = lowBefore - low
  const falls = start === 0 ? down > 0 && down > high - highBefore : start < 0
  const stop = start === 0 ? (falls ? highBefore : lowBefore) : Math.abs(start)
  return falls
    ? { side: -1, stop, extreme: low, speed: short.initial }
    : { side: 1, stop, extreme: high, speed: long.initial }
}

/**
 * Prices of a short position are mirrored by their sign, which swaps high and low, so that one rule serves both positions.
 */
function follow(p: Position, highBefore: number, lowBefore: number, high: number, low: number, rules: Rules): number {
  const { side } = p
  const isLong = side === 1
  const near = isLong ? low : -high
  const nearBefore = isLong ? lowBefore : -highBefore
  const far = isLong ? high : -low
  const farBefore = isLong ? highBefore : -lowBefore
  const stop = side * p.stop
  if (near <= stop) return reverse(p, Math.max(farBefore, far), isLong ? low : high, rules)
  const speeds = isLong ? rules.long : rules.short
  if (far > side * p.extreme) {
    p.extreme = side * far
    p.speed = Math.min(speeds.maximum, p.speed + speeds.step)
  }
  const next = stop + p.speed * (side * p.extreme - stop)
  p.stop = side * Math.min(next, nearBefore, near)
  return stop
}

/**
 * @param farthest mirrored extreme of this candle and the previous one, which the stop must not pass @param extreme start of the
 *   other position
 */
function reverse(p: Position, farthest: number, extreme: number, { offset, long, short }: Rules): number {
  const { side } = p
  const turned = side * Math.max(side * p.extreme, farthest)
  const stop = turned + side * turned * offset
  const speed = side === 1 ? short.initial : long.initial
  p.stop = side * Math.max(side * (stop + speed * (extreme - stop)), farthest)
  p.side = side === 1 ? -1 : 1
  p.extreme = extreme
  p.speed = speed
  return p.side * stop
}
