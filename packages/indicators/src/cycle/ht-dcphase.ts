import { DOMINANT_CYCLE_WARMUP, type DominantCycle, follow, newDominantCycle } from '../blocks/dominant-cycle.ts'
import { MISSING } from '../blocks/missing.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (): Indicator<DominantCycle> => ({
  outputs: [''],
  warmup: DOMINANT_CYCLE_WARMUP,
  initial: newDominantCycle,
  update: (state, { close }) => [follow(state, close) ? state.phase : MISSING],
})

/** Phase of the dominant cycle, −45° to 315°. It scans one cycle, at most 50 candles. Warm after 63 candles. */
export const htDcphase = define({
  name: 'ht_dcphase',
  group: 'Cycle',
  formula: 'phase of the smoothed price’s Fourier component of the dominant period',
  source: 'TA-Lib HT_DCPHASE; Ehlers, Rocket Science for Traders, 2001',
  parameters: [],
  make,
})
