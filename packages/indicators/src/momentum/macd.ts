import { type Exponential, emaWeight, newExponential, smooth } from '../blocks/exponential.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  count: number
  fast: Exponential
  slow: Exponential
  signal: Exponential
}

/**
 * Moving average convergence and divergence: EMA(fast) − EMA(slow), its EMA(signal), and their difference. The fast
 * average begins late, so that both begin at the same candle. TA-Lib `MACD`; warm after slow + signal − 2 candles.
 */
export const macd = (fast: number, slow: number, signal: number): Indicator<State> => {
  const [short, long] = fast < slow ? [fast, slow] : [slow, fast]
  return {
    outputs: ['', 'signal', 'hist'],
    warmup: long + signal - 2,
    initial: () => ({ count: 0, fast: newExponential(), slow: newExponential(), signal: newExponential() }),
    update(state, { close }) {
      const late = state.count < long - short
      if (late) state.count++
      const quick = late ? null : smooth(state.fast, close, short, emaWeight(short))
      const calm = smooth(state.slow, close, long, emaWeight(long))
      if (quick === null || calm === null) return [null, null, null]
      const line = smooth(state.signal, quick - calm, signal, emaWeight(signal))
      return line === null ? [null, null, null] : [quick - calm, line, quick - calm - line]
    },
  }
}
