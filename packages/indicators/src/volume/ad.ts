import { moneyFlow } from '../blocks/money-flow.ts'
import { add, newSum, type Sum, total } from '../blocks/rolling-sum.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (): Indicator<Sum> => ({
  outputs: [''],
  warmup: 0,
  initial: newSum,
  update(state, bar) {
    add(state, moneyFlow(bar))
    return [total(state)]
  },
})

/** Chaikin's accumulation and distribution line, base units, since the first candle. Warm at once. */
export const ad = define({
  name: 'ad',
  group: 'Volume',
  formula: 'Σ volume · ((close − low) − (high − close)) / (high − low)',
  source: 'TA-Lib AD; Chaikin',
  parameters: [],
  make,
})
