import { cycle, type Hilbert, newHilbert } from '../blocks/hilbert.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  hilbert: Hilbert
  period: number
}

const WARMUP = 32

const make = (): Indicator<State> => ({
  outputs: [''],
  warmup: WARMUP,
  initial: () => ({ hilbert: newHilbert(), period: 0 }),
  update(state, { close }) {
    const measured = cycle(state.hilbert, close, 12)
    if (!measured) return [null]
    state.period = 0.33 * measured.period + 0.67 * state.period
    return [state.hilbert.count > WARMUP ? state.period : null]
  },
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
