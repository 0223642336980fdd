import { movingAverage } from '../averages/moving-average.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newSpread, type Spread, spread } from '../blocks/spread.ts'
import { define, factor, maType, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  middle: unknown
  spread: Spread
}

const NONE = [MISSING, MISSING, MISSING]

const make = (n: number, above: number, below: number, type: number): Indicator<State> => {
  const average = movingAverage(type, n)
  return {
    outputs: ['upper', 'middle', 'lower'],
    warmup: Math.max(n - 1, average.warmup),
    initial: () => ({ middle: average.initial(), spread: newSpread() }),
    update(state, { close }) {
      const middle = average.next(state.middle, close)
      const variance = spread(state.spread, close, n)
      if (isMissing(middle) || isMissing(variance)) return NONE
      const deviation = Math.sqrt(variance)
      return [middle + above * deviation, middle, middle - below * deviation]
    },
  }
}

/**
 * Bollinger bands: a moving average of the close, and bands at a number of population standard deviations above and below it.
 * Warm after timeperiod − 1 candles, or with the average.
 */
export const bbands = define({
  name: 'bbands',
  group: 'Overlap Studies',
  formula: 'MA + nbdevup · σ; MA; MA − nbdevdn · σ, σ² = Σ (close − mean)² / n',
  source: 'TA-Lib BBANDS; Bollinger, Bollinger on Bollinger Bands, 2001',
  parameters: [period(20), factor('nbdevup', 2), { ...factor('nbdevdn', 2), follows: 'nbdevup' }, maType()],
  make,
})
