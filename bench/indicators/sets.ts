import { CATALOGUE, DEFAULT_INDICATORS, parseIndicators } from '@candlewick/indicators'
import { rate } from './rate.ts'

/** Sets of indicators at once, as technical-indicators computes them: prints candles a CPU-second, as JSON. */
const SETS = {
  'the default set (16)': DEFAULT_INDICATORS,
  [`all indicators (${CATALOGUE.length})`]: CATALOGUE.map(({ name }) => name).join('; '),
}

const rates = Object.entries(SETS).map(([name, text]) => {
  const set = parseIndicators(text)
  const state = set.initial()
  return [name, rate(name, bar => set.update(state, bar))]
})
console.log(JSON.stringify(Object.fromEntries(rates)))
