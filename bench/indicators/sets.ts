import { type Bar, CATALOGUE, DEFAULT_INDICATORS, parseIndicators } from '@candlewick/indicators'
import { rates, warmUp } from './rate.ts'

/**
 * Measures sets of indicators that are computed together, as technical-indicators does, and prints candles per CPU-second as
 * JSON.
 */
const SETS = {
  'the default set (16)': DEFAULT_INDICATORS,
  [`all indicators (${CATALOGUE.length})`]: CATALOGUE.map(({ name }) => name).join('; '),
}

const found = Object.entries(SETS).map(([name, text]) => {
  const set = parseIndicators(text)
  const state = set.initial()
  const update = (bar: Bar) => set.update(state, bar)
  warmUp(name, update)
  return [name, rates([update])]
})
console.log(JSON.stringify(Object.fromEntries(found)))
