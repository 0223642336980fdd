import type { Bar } from '../bar.ts'

export interface Speeds {
  readonly initial: number
  readonly step: number
  readonly maximum: number
}

export interface Rules {
  /** Where it begins, negative for a short position; 0: at the extreme of the first candle. */
  readonly start: number
  /** The share of itself by which it is pushed off at a turn. */
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

/** @returns Wilder's stop for the candle, negative while short; null for the first candle. */
export function turn(state: Parabolic, { high, low }: Bar, rules: Rules): number | null {
  const before = { high: state.high, low: state.low }
  Object.assign(state, { high, low })
  if (!state.begun) {
    state.begun = true
    return null
  }
  if (state.position === null) {
    state.position = begin(before, { high, low }, rules)
    return follow(state.position, { high, low }, { high, low }, rules)
  }
  return follow(state.position, before, { high, low }, rules)
}

interface Candle {
  readonly high: number
  readonly low: number
}
type Position = NonNullable<Parabolic['position']>

function begin(before: Candle, now: Candle, { start, long, short }: Rules): Position {
  const down = before.low - now.low
  const falls = start === 0 ? down > 0 && down > now.high - before.high : start < 0
  const stop = start === 0 ? (falls ? before.high : before.low) : Math.abs(start)
  return falls
    ? { side: -1, stop, extreme: now.low, speed: short.initial }
    : { side: 1, stop, extreme: now.high, speed: long.initial }
}

/** Mirrored for a short position: with the sign of the side, high and low change places. */
function follow(position: Position, before: Candle, now: Candle, rules: Rules): number {
  const { side, stop } = position
  const near = (candle: Candle) => side * (side === 1 ? candle.low : candle.high)
  const far = (candle: Candle) => side * (side === 1 ? candle.high : candle.low)
  if (near(now) <= side * stop) return reverse(position, before, now, rules)
  const speeds = side === 1 ? rules.long : rules.short
  if (far(now) > side * position.extreme) {
    position.extreme = side * far(now)
    position.speed = Math.min(speeds.maximum, position.speed + speeds.step)
  }
  const next = stop + position.speed * (position.extreme - stop)
  position.stop = side * Math.min(side * next, near(before), near(now))
  return side * stop
}

function reverse(position: Position, before: Candle, now: Candle, { offset, long, short }: Rules): number {
  const { side, extreme } = position
  const far = (candle: Candle) => side * (side === 1 ? candle.high : candle.low)
  const outside = (stop: number) => side * Math.max(side * stop, far(before), far(now))
  const turned = outside(extreme)
  const stop = turned + side * turned * offset
  const speed = side === 1 ? short.initial : long.initial
  position.side = side === 1 ? -1 : 1
  position.extreme = side === 1 ? now.low : now.high
  position.speed = speed
  position.stop = outside(stop + speed * (position.extreme - stop))
  return position.side * stop
}
