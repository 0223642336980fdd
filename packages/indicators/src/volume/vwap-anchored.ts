import { typical } from '../blocks/on-price.ts'
import { add, newSum, type Sum, total } from '../blocks/rolling-sum.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  quote: Sum
  volume: Sum
}

const make = (): Indicator<State> => ({
  outputs: [''],
  warmup: 0,
  initial: () => ({ quote: newSum(), volume: newSum() }),
  update(state, bar) {
    add(state.quote, typical(bar) * bar.volume)
    add(state.volume, bar.volume)
    const volume = total(state.volume)
    return [volume > 0 ? total(state.quote) / volume : 0]
  },
})

/** Volume-weighted average of the typical price since the first candle; 0 until something has traded. Warm at once. */
export const vwapAnchored = define({
  name: 'vwap_anchored',
  group: 'Volume',
  formula: 'Σ volume · (high + low + close) / 3 / Σ volume',
  source: 'TA-Lib VWAP',
  parameters: [],
  make,
})
