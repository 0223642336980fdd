import type { PairState } from './pair-state.ts'

/** A state of version 3: there were no bars. */
export type PairState3 = Omit<PairState, 'bars'>

/** @returns the state without bars; `changeIntervals` adds those of the configuration, which a state of version 3 never has. */
export const fromVersion3 = (state: PairState3): PairState => ({ ...state, bars: [] })
