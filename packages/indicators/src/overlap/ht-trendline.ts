import {
  DOMINANT_CYCLE_WARMUP,
  type DominantCycle,
  follow,
  newDominantCycle,
  trendline,
} from '../blocks/dominant-cycle.ts'
import { MISSING } from '../blocks/missing.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (): Indicator<DominantCycle> => ({
  outputs: [''],
  warmup: DOMINANT_CYCLE_WARMUP,
  initial: newDominantCycle,
  update(state, { close }) {
    const warm = follow(state, close)
    const line = state.period > 0 ? trendline(state) : 0
    return [warm ? line : MISSING]
  },
})

/** Instantaneous trend line: the average over the dominant cycle, smoothed. Warm after 63 candles. */
export const htTrendline = define({
  name: 'ht_trendline',
  group: 'Overlap Studies',
  formula: '(4 · a + 3 · a₁ + 2 · a₂ + a₃) / 10, a the mean close over the dominant period',
  source: 'TA-Lib HT_TRENDLINE; Ehlers, Rocket Science for Traders, 2001',
  parameters: [],
  make,
})
