import { exponential } from '../averages/exponential.ts'
import { type Exponential, newExponential, wilder } from '../blocks/exponential.ts'
import { type Late, late } from '../blocks/filter.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { typical } from '../blocks/on-price.ts'
import { newTrueRange, type TrueRange, trueRange } from '../blocks/true-range.ts'
import { define, factor, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  skipped: number
  middle: Late
  range: TrueRange
  average: Exponential
}

const NONE = [MISSING, MISSING, MISSING]

const make = (n: number, atr: number, deviations: number): Indicator<State> => {
  const warmup = Math.max(n - 1, atr)
  const average = late(exponential(n), warmup)
  return {
    outputs: ['upper', 'middle', 'lower'],
    warmup,
    initial: () => ({ skipped: 0, middle: average.initial(), range: newTrueRange(), average: newExponential() }),
    update(state, bar) {
      const middle = average.next(state.middle, typical(bar))
      const move = trueRange(state.range, bar)
      if (state.skipped <= warmup - atr) {
        state.skipped++
        return NONE
      }
      const width = isMissing(move) ? MISSING : wilder(state.average, move, atr)
      if (isMissing(middle) || isMissing(width)) return NONE
      return [middle + deviations * width, middle, middle - deviations * width]
    },
  }
}

/** Keltner channel. Warm after timeperiod − 1 or atrperiod candles; the shorter average begins late. */
export const kc = define({
  name: 'kc',
  group: 'Overlap Studies',
  formula: 'EMA of (high + low + close) / 3, ± nbdev · ATR',
  source: 'TA-Lib KC; Keltner, How to Make Money in Commodities, 1960, with Raschke’s ATR',
  parameters: [period(20), period(10, 'atrperiod', 1), factor('nbdev', 2)],
  make,
})
