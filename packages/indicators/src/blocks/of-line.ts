import { type Indicator, NONE } from '../indicator.ts'
import { type Line, newRegression, type Regression, regress } from './regression.ts'

/** @returns the indicator that is a property of the least-squares line through the last closes. */
export const ofLine = (period: number, property: (line: Line) => number): Indicator<Regression> => ({
  outputs: [''],
  warmup: period - 1,
  initial: newRegression,
  update(state, { close }) {
    const line = regress(state, close, period)
    return line === null ? NONE : [property(line)]
  },
})
