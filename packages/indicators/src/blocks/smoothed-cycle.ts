import { cycle, type Hilbert, newHilbert } from './hilbert.ts'
import { MISSING } from './missing.ts'

/** The period of the dominant cycle, smoothed. */
export interface SmoothedCycle {
  hilbert: Hilbert
  period: number
}

export const CYCLE_WARMUP = 32
/** Number of prices that only fill the price smoother. */
const IDLE = 12

export const newSmoothedCycle = (): SmoothedCycle => ({ hilbert: newHilbert(), period: 0 })

/** @returns the period in candles, `MISSING` for the first 32 candles. */
export function smoothedCycle(state: SmoothedCycle, price: number): number {
  const measured = cycle(state.hilbert, price, IDLE)
  if (!measured) return MISSING
  state.period = 0.33 * measured.period + 0.67 * state.period
  return state.hilbert.count > CYCLE_WARMUP ? state.period : MISSING
}
