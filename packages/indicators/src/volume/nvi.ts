import { volumeIndex } from '../blocks/volume-index.ts'
import { define } from '../definition.ts'

/** Negative volume index, 1000 at the first candle. Warm at once. */
export const nvi = define({
  name: 'nvi',
  group: 'Volume',
  formula: 'grows by the return of candles of less volume than the one before',
  source: 'TA-Lib NVI; Dysart, Fosback 1976',
  parameters: [],
  make: () => volumeIndex((volume, before) => volume < before),
})
