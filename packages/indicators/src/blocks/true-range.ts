import type { Bar } from '../bar.ts'

/** The close before. */
export interface TrueRange {
  close: number | null
}

export const newTrueRange = (): TrueRange => ({ close: null })

/**
 * @returns the greatest of high − low and the distances of high and low from the close before (Wilder 1978), null for
 * the first candle.
 */
export function trueRange(state: TrueRange, { high, low, close }: Bar): number | null {
  const before = state.close
  state.close = close
  return before === null ? null : Math.max(high - low, Math.abs(before - high), Math.abs(before - low))
}
