import { at, newRegression, type Regression, regress } from '../blocks/regression.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  regression: Regression
  forecast: number | null
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n,
  initial: () => ({ regression: newRegression(), forecast: null }),
  update(state, { close }) {
    const { forecast } = state
    const line = regress(state.regression, close, n)
    state.forecast = line && at(line, n)
    if (forecast === null) return NONE
    return [close === 0 ? 0 : (100 * (close - forecast)) / close]
  },
})

/** Forecast oscillator: distance of the close from the forecast at the previous candle. Warm after timeperiod candles. */
export const fosc = define({
  name: 'fosc',
  group: 'Momentum',
  formula: '100 · (close − TSF of the candle before) / close',
  source: 'TA-Lib FOSC; Chande',
  parameters: [period(5)],
  make,
})
