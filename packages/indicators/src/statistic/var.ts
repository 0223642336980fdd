import { newSpread, type Spread, spread } from '../blocks/spread.ts'
import { define, factor, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<Spread> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newSpread,
  update: (state, { close }) => [spread(state, close, n)],
})

/** Population variance of the close; nbdev does nothing, as in TA-Lib. Warm after timeperiod − 1 candles. */
export const variance = define({
  name: 'var',
  group: 'Statistic',
  formula: 'Σ (close − mean)² / n',
  source: 'TA-Lib VAR',
  parameters: [period(5, 'timeperiod', 1), factor('nbdev', 1)],
  make,
})
