import { neverOpenedPair } from './open-window.ts'
import type { PairState } from './pair-state.ts'

/** A state of version 3, which has no bars, and no hashes in its window. */
export type PairState3 = Omit<PairState, 'bars'>

/** @returns the state with an empty list of bars; `changeIntervals` then adds the bars of the configuration. */
export function fromVersion3(state: PairState3): PairState {
  const window = neverOpenedPair()
  for (const [i, n] of state.window.entries()) window[i] = n
  return { ...state, window, bars: [] }
}
