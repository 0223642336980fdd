import type { Filter } from '../blocks/filter.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { newRing, push, type Ring } from '../blocks/ring.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'

interface Efficiency {
  movement: Movement
  past: Ring
  path: RollingSum
}

const newEfficiency = (): Efficiency => ({ movement: newMovement(), past: newRing(), path: newRollingSum() })

/**
 * @returns the net change over the last `period` moves divided by the sum of their sizes; 1 if no value changed, `MISSING`
 *   until it is warm.
 */
function straightness(state: Efficiency, value: number, period: number): number {
  const past = push(state.past, value, period)
  const step = move(state.movement, value)
  if (isMissing(step)) return MISSING
  const path = roll(state.path, Math.abs(step), period)
  return path <= value - past ? 1 : Math.abs((value - past) / path)
}

/** Kaufman's efficiency ratio. */
export const efficiency = (period: number): Filter<Efficiency> => ({
  warmup: period,
  initial: newEfficiency,
  next: (state, value) => straightness(state, value, period),
})

export interface Adaptive {
  efficiency: Efficiency
  average: number
  begun: boolean
}

const FAST = 2 / (2 + 1)
const SLOW = 2 / (30 + 1)

export const newAdaptive = (): Adaptive => ({ efficiency: newEfficiency(), average: 0, begun: false })

/**
 * @returns Kaufman's average, which starts at the previous value. The more the last `period` moves went in one direction, the
 *   faster it follows.
 */
export function adaptiveAverage(state: Adaptive, value: number, period: number): number {
  const before = state.efficiency.movement.value
  const straight = straightness(state.efficiency, value, period)
  if (isMissing(straight)) return MISSING
  if (!state.begun) {
    state.begun = true
    state.average = before
  }
  const root = straight * (FAST - SLOW) + SLOW
  state.average += (value - state.average) * root * root
  return state.average
}

export const adaptive = (period: number): Filter<Adaptive> => ({
  warmup: period,
  initial: newAdaptive,
  next: (state, value) => adaptiveAverage(state, value, period),
})
