import { exponential } from '../averages/exponential.ts'
import { newRange, type Range, range } from '../blocks/extremum.ts'
import { chain } from '../blocks/filter.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  range: Range
  distance: unknown[]
  width: unknown[]
  signal: ReturnType<ReturnType<typeof exponential>['initial']>
}

const make = (n: number, fast: number, slow: number, signal: number): Indicator<State> => {
  const twice = chain(exponential(slow), exponential(fast))
  const line = exponential(signal)
  return {
    outputs: ['', 'signal'],
    warmup: n - 1 + twice.warmup + line.warmup,
    initial: () => ({
      range: newRange(),
      distance: twice.initial(),
      width: twice.initial(),
      signal: line.initial(),
    }),
    update(state, bar) {
      const found = range(state.range, bar, n)
      if (!found) return [MISSING, MISSING]
      const distance = twice.next(state.distance, bar.close - (found.high + found.low) * 0.5)
      const width = twice.next(state.width, found.high - found.low)
      if (isMissing(distance) || isMissing(width)) return [MISSING, MISSING]
      const value = width > 0 ? (100 * distance) / (0.5 * width) : 0
      const smoothed = line.next(state.signal, value)
      return isMissing(smoothed) ? [MISSING, MISSING] : [value, smoothed]
    },
  }
}

/** Stochastic momentum index and its signal line, −100 to 100. Warm after the sum of its periods − 4 candles. */
export const smi = define({
  name: 'smi',
  group: 'Momentum',
  formula: '200 · EMA(EMA(close − middle)) / EMA(EMA(highest − lowest)); EMA of that',
  source: 'TA-Lib SMI; Blau, TASC 1993',
  parameters: [period(13), period(2, 'fastperiod', 1), period(25, 'slowperiod', 1), period(9, 'signalperiod', 1)],
  make,
})
