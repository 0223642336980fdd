import { CYCLE_WARMUP, newSmoothedCycle, type SmoothedCycle, smoothedCycle } from '../blocks/smoothed-cycle.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (): Indicator<SmoothedCycle> => ({
  outputs: [''],
  warmup: CYCLE_WARMUP,
  initial: newSmoothedCycle,
  update: (state, { close }) => [smoothedCycle(state, close)],
})

/** Period of the dominant cycle, candles, by the Hilbert transform. Warm after 32 candles. */
export const htDcperiod = define({
  name: 'ht_dcperiod',
  group: 'Cycle',
  formula: '0.33 · period + 0.67 · the smoothed period before, by the homodyne discriminator',
  source: 'TA-Lib HT_DCPERIOD; Ehlers, Rocket Science for Traders, 2001',
  parameters: [],
  make,
})
