import type { PairState } from './pair-state.ts'

/** A state of version 3, which has no bars. */
export type PairState3 = Omit<PairState, 'bars'>

/** @returns the state with an empty list of bars; `changeIntervals` then adds the bars of the configuration. */
export const fromVersion3 = (state: PairState3): PairState => ({ ...state, bars: [] })
