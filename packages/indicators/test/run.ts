import type { Bar } from '../src/bar.ts'
import type { Indicator } from '../src/indicator.ts'

/** @returns each output of the indicator over the candles, null where there is no value. */
export function run(indicator: Indicator, bars: readonly Bar[]): (number | null)[][] {
  const state = indicator.initial()
  const rows = bars.map(bar => indicator.update(state, bar))
  return indicator.outputs.map((_, i) => rows.map(row => (Number.isNaN(row[i]) ? null : row[i]!)))
}
