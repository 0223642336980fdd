import { type Extremum, extreme, newExtremum } from '../blocks/extremum.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newRing, push, type Ring } from '../blocks/ring.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

/** State of one side: the pivot and the values since, the greatest value before it and the greatest after it. */
interface Side {
  pending: Ring
  before: Extremum
  after: Extremum
  greatestBefore: number | null
}

const newSide = (): Side => ({
  pending: newRing(),
  before: newExtremum(),
  after: newExtremum(),
  greatestBefore: null,
})

/** @returns 100 if the value `right` candles ago is beyond all other values of the window, otherwise 0; null until it is warm. */
function swing(side: Side, value: number, left: number, right: number, sign: 1 | -1): number {
  const pivot = push(side.pending, value, right)
  const after = extreme(side.after, value, right, sign)
  if (isMissing(pivot)) return MISSING
  const before = side.greatestBefore
  const greatest = extreme(side.before, pivot, left, sign)
  side.greatestBefore = isMissing(greatest) ? null : greatest
  if (before === null) return MISSING
  return sign * pivot > sign * before && sign * pivot > sign * after ? 100 : 0
}

const make = (left: number, right: number): Indicator<{ high: Side; low: Side }> => ({
  outputs: ['swinghigh', 'swinglow'],
  warmup: left + right,
  initial: () => ({ high: newSide(), low: newSide() }),
  update(state, { high, low }) {
    const [up, down] = [swing(state.high, high, left, right, 1), swing(state.low, low, left, right, -1)]
    return isMissing(up) ? [MISSING, MISSING] : [up, down]
  },
})

/** Williams' fractal: 100 if the candle rightbars ago is a swing, otherwise 0. Warm after leftbars + rightbars candles. */
export const fractal = define({
  name: 'fractal',
  group: 'Momentum',
  formula: 'the high (low) rightbars ago is above (below) leftbars before it and rightbars after it',
  source: 'TA-Lib FRACTAL; Williams, Trading Chaos, 1995',
  parameters: [period(2, 'leftbars', 1), period(2, 'rightbars', 1)],
  make,
})
