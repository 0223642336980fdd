import type { Bar } from '../bar.ts'
import { MISSING } from './missing.ts'

/** The previous close, once there is one. */
export interface TrueRange {
  close: number
  begun: boolean
}

export const newTrueRange = (): TrueRange => ({ close: 0, begun: false })

/**
 * @returns the greatest of high − low and the distances of high and low from the previous close (Wilder 1978), `MISSING` for
 * the first candle.
 */
export function trueRange(state: TrueRange, { high, low, close }: Bar): number {
  const before = state.close
  state.close = close
  if (state.begun) return Math.max(high - low, Math.abs(before - high), Math.abs(before - low))
  state.begun = true
  return MISSING
}
