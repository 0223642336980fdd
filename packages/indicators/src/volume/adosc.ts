import { emaWeight } from '../blocks/exponential.ts'
import { moneyFlow } from '../blocks/money-flow.ts'
import { add, newSum, type Sum, total } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  line: Sum
  count: number
  fast: number
  slow: number
}

const make = (fast: number, slow: number): Indicator<State> => {
  const warmup = Math.max(fast, slow) - 1
  return {
    outputs: [''],
    warmup,
    initial: () => ({ line: newSum(), count: 0, fast: 0, slow: 0 }),
    update(state, bar) {
      add(state.line, moneyFlow(bar))
      const line = total(state.line)
      if (state.count === 0) state.fast = state.slow = line
      state.fast += (line - state.fast) * emaWeight(fast)
      state.slow += (line - state.slow) * emaWeight(slow)
      if (state.count < warmup) {
        state.count++
        return NONE
      }
      return [state.fast - state.slow]
    },
  }
}

/** Chaikin's oscillator, base units; its averages begin at the first candle. Warm after the longer period − 1 candles. */
export const adosc = define({
  name: 'adosc',
  group: 'Volume',
  formula: 'EMA(fast) − EMA(slow) of the accumulation and distribution line',
  source: 'TA-Lib ADOSC; Chaikin',
  parameters: [period(3, 'fastperiod'), period(10, 'slowperiod')],
  make,
})
