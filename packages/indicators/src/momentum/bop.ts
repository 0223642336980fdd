import { ofCandle } from '../blocks/on-price.ts'
import { define } from '../definition.ts'

/** Balance of power, −1 to 1; 0 where high = low. Warm at once. */
export const bop = define({
  name: 'bop',
  group: 'Momentum',
  formula: '(close − open) / (high − low)',
  source: 'TA-Lib BOP; Livshin, TASC 2001',
  parameters: [],
  make: () => ofCandle(({ open, high, low, close }) => (high > low ? (close - open) / (high - low) : 0)),
})
