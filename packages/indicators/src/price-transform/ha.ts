import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  open: number
  close: number
  begun: boolean
}

const make = (): Indicator<State> => ({
  outputs: ['open', 'high', 'low', 'close'],
  warmup: 0,
  initial: () => ({ open: 0, close: 0, begun: false }),
  update(state, bar) {
    const open = state.begun ? (state.open + state.close) / 2 : (bar.open + bar.close) / 2
    const close = (bar.open + bar.high + bar.low + bar.close) / 4
    state.open = open
    state.close = close
    state.begun = true
    return [open, Math.max(bar.high, open, close), Math.min(bar.low, open, close), close]
  },
})

/** Heikin-Ashi candle. Warm at once. */
export const ha = define({
  name: 'ha',
  group: 'Price Transform',
  formula: 'open: middle of the one before; close: (open + high + low + close) / 4; high and low hold both',
  source: 'TA-Lib HA; Valcu, TASC 2004',
  parameters: [],
  make,
})
