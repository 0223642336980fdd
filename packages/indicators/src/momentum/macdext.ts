import { movingAverage } from '../averages/moving-average.ts'
import { convergence } from '../blocks/convergence.ts'
import { define, maType, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (fast: number, fastType: number, slow: number, slowType: number, ...signal: number[]): Indicator => {
  const [signalPeriod = 0, signalType = 0] = signal
  const averages = [movingAverage(fastType, fast), movingAverage(slowType, slow)]
  if (slow < fast) averages.reverse()
  return convergence(averages[0]!, averages[1]!, movingAverage(signalType, signalPeriod))
}

/** MACD of averages of any types. Warm as the slow one and the signal line are. */
export const macdext = define({
  name: 'macdext',
  group: 'Momentum',
  formula: 'as MACD, of moving averages of any types',
  source: 'TA-Lib MACDEXT',
  parameters: [
    period(12, 'fastperiod'),
    maType('fastmatype'),
    period(26, 'slowperiod'),
    maType('slowmatype'),
    period(9, 'signalperiod', 1),
    maType('signalmatype'),
  ],
  make,
})
