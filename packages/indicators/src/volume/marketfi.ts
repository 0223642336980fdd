import { ofCandle } from '../blocks/on-price.ts'
import { define } from '../definition.ts'

/** Market facilitation index; 0 where nothing was traded. Warm at once. */
export const marketfi = define({
  name: 'marketfi',
  group: 'Volume',
  formula: '(high − low) / volume',
  source: 'TA-Lib MARKETFI; Williams, Trading Chaos, 1995',
  parameters: [],
  make: () => ofCandle(({ high, low, volume }) => (volume === 0 ? 0 : (high - low) / volume)),
})
