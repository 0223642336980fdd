import { volumeIndex } from '../blocks/volume-index.ts'
import { define } from '../definition.ts'

/** Positive volume index, 1000 at the first candle. Warm at once. */
export const pvi = define({
  name: 'pvi',
  group: 'Volume',
  formula: 'grows by the return of candles of more volume than the one before',
  source: 'TA-Lib PVI; Dysart, Fosback 1976',
  parameters: [],
  make: () => volumeIndex((volume, before) => volume > before),
})
