import type { Filter } from '../blocks/filter.ts'
import { cycle, type Hilbert, newHilbert } from '../blocks/hilbert.ts'
import { MISSING } from '../blocks/missing.ts'

const DEGREES = 180 / (4 * Math.atan(1))
const IDLE = 12
export const MESA_WARMUP = 32

export interface Mesa {
  hilbert: Hilbert
  phase: number
  mama: number
  fama: number
}

export const newMesa = (): Mesa => ({ hilbert: newHilbert(), phase: 0, mama: 0, fama: 0 })

/** Adds a price to the adaptive average and to the average that follows it. @returns whether both are warm */
export function adapt(state: Mesa, price: number, fast: number, slow: number): boolean {
  const measured = cycle(state.hilbert, price, IDLE)
  if (!measured) return false
  const { i1, q1 } = measured
  const phase = i1 === 0 ? 0 : Math.atan(q1 / i1) * DEGREES
  const change = Math.max(1, state.phase - phase)
  state.phase = phase
  const weight = change > 1 ? Math.max(slow, fast / change) : fast
  state.mama = weight * price + (1 - weight) * state.mama
  state.fama = weight * 0.5 * state.mama + (1 - weight * 0.5) * state.fama
  return state.hilbert.count > MESA_WARMUP
}

/** Ehlers' MESA adaptive average. The faster the phase of the dominant cycle changes, the more slowly it follows the price. */
export const mesa = (fast: number, slow: number): Filter<Mesa> => ({
  warmup: MESA_WARMUP,
  initial: newMesa,
  next: (state, value) => (adapt(state, value, fast, slow) ? state.mama : MISSING),
})
