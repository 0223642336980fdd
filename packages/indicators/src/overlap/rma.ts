import { type Exponential, newExponential, wilder } from '../blocks/exponential.ts'
import { isMissing } from '../blocks/missing.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number): Indicator<Exponential> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newExponential,
  update(state, { close }) {
    const average = wilder(state, close, n)
    return isMissing(average) ? NONE : [average]
  },
})

/** Wilder's smoothed moving average of the close. Warm after timeperiod − 1 candles. */
export const rma = define({
  name: 'rma',
  group: 'Overlap Studies',
  formula: '(RMA · (n − 1) + close) / n',
  source: 'TA-Lib RMA; Wilder, New Concepts in Technical Trading Systems, 1978',
  parameters: [period(30)],
  make,
})
