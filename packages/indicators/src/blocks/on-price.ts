import type { Bar } from '../bar.ts'
import type { Indicator } from '../indicator.ts'
import type { Filter } from './filter.ts'

export type Price = (bar: Bar) => number

export const median: Price = ({ high, low }) => (high + low) / 2
export const typical: Price = bar => (bar.high + bar.low + bar.close) / 3

/** @returns the indicator that filters one price of each candle, by default the close. */
export const onPrice = <State>(filter: Filter<State>, price?: Price): Indicator<State> => ({
  outputs: [''],
  warmup: filter.warmup,
  initial: () => filter.initial(),
  update(state, bar) {
    return [filter.next(state, price === undefined ? bar.close : price(bar))]
  },
})

/** @returns the indicator that is a function of the candle alone. */
export const ofCandle = (value: Price): Indicator<null> => ({
  outputs: [''],
  warmup: 0,
  initial: () => null,
  update: (_, bar) => [value(bar)],
})
