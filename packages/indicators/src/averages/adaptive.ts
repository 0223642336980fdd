import type { Filter } from '../blocks/filter.ts'
import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { newRing, push, type Ring } from '../blocks/ring.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'

interface Efficiency {
  movement: Movement
  past: Ring
  path: RollingSum
}

/** Kaufman's efficiency ratio: the way of the last `period` moves over their path; 1 where there is no path. */
export const efficiency = (period: number): Filter<Efficiency> => ({
  warmup: period,
  initial: () => ({ movement: newMovement(), past: newRing(), path: newRollingSum() }),
  next(state, value) {
    const past = push(state.past, value, period)
    const step = move(state.movement, value)
    if (step === null) return null
    const path = roll(state.path, Math.abs(step), period)
    if (past === undefined || path === null) return null
    return path <= value - past ? 1 : Math.abs((value - past) / path)
  },
})

interface Adaptive {
  efficiency: Efficiency
  before: number
  average: number
  begun: boolean
}

const FAST = 2 / (2 + 1)
const SLOW = 2 / (30 + 1)

/** Kaufman's adaptive average: the straighter the way of the last `period` moves, the faster. */
export function adaptive(period: number): Filter<Adaptive> {
  const straightness = efficiency(period)
  return {
    warmup: period,
    initial: () => ({ efficiency: straightness.initial(), before: 0, average: 0, begun: false }),
    next(state, value) {
      const { before } = state
      const straight = straightness.next(state.efficiency, value)
      state.before = value
      if (straight === null) return null
      if (!state.begun) state.average = before
      state.begun = true
      state.average += (value - state.average) * (straight * (FAST - SLOW) + SLOW) ** 2
      return state.average
    },
  }
}
