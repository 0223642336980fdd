import {
  DOMINANT_CYCLE_WARMUP,
  type DominantCycle,
  follow,
  leadSine,
  newDominantCycle,
  sine,
} from '../blocks/dominant-cycle.ts'
import { MISSING } from '../blocks/missing.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (): Indicator<DominantCycle> => ({
  outputs: ['', 'lead'],
  warmup: DOMINANT_CYCLE_WARMUP,
  initial: newDominantCycle,
  update: (state, { close }) => (follow(state, close) ? [sine(state), leadSine(state)] : [MISSING, MISSING]),
})

/** Sine of the dominant cycle's phase, and of 45° ahead. Warm after 63 candles. */
export const htSine = define({
  name: 'ht_sine',
  group: 'Cycle',
  formula: 'sin(phase); sin(phase + 45°)',
  source: 'TA-Lib HT_SINE; Ehlers, Rocket Science for Traders, 2001',
  parameters: [],
  make,
})
