import { cycle, type Hilbert, newHilbert } from '../blocks/hilbert.ts'
import { MISSING } from '../blocks/missing.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const WARMUP = 32

const make = (): Indicator<Hilbert> => ({
  outputs: ['inphase', 'quadrature'],
  warmup: WARMUP,
  initial: newHilbert,
  update(state, { close }) {
    const measured = cycle(state, close, 12)
    return measured && state.count > WARMUP ? [measured.i1, measured.q1] : [MISSING, MISSING]
  },
})

/** In-phase and quadrature component of the close by the Hilbert transform. Warm after 32 candles. */
export const htPhasor = define({
  name: 'ht_phasor',
  group: 'Cycle',
  formula: 'the detrended price three candles before; its Hilbert transform',
  source: 'TA-Lib HT_PHASOR; Ehlers, Rocket Science for Traders, 2001',
  parameters: [],
  make,
})
