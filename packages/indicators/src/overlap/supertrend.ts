import { type Exponential, newExponential, wilder } from '../blocks/exponential.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newTrueRange, type TrueRange, trueRange } from '../blocks/true-range.ts'
import { define, factor, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface Bands {
  upper: number
  lower: number
  trend: 1 | -1
  close: number
}

interface State {
  range: TrueRange
  average: Exponential
  bands: Bands | null
}

const make = (n: number, multiplier: number): Indicator<State> => ({
  outputs: ['', 'trend'],
  warmup: n,
  initial: () => ({ range: newTrueRange(), average: newExponential(), bands: null }),
  update(state, bar) {
    const move = trueRange(state.range, bar)
    const width = isMissing(move) ? MISSING : wilder(state.average, move, n)
    if (isMissing(width)) return [MISSING, MISSING]
    const middle = (bar.high + bar.low) / 2
    const [upper, lower] = [middle + multiplier * width, middle - multiplier * width]
    if (state.bands === null) state.bands = { upper, lower, trend: 1, close: bar.close }
    else ratchet(state.bands, upper, lower, bar.close)
    const { trend } = state.bands
    return [trend === 1 ? state.bands.lower : state.bands.upper, trend]
  },
})

/** A band only moves towards the price, until a close lies beyond it. */
function ratchet(bands: Bands, upper: number, lower: number, close: number): void {
  if (upper < bands.upper || bands.close > bands.upper) bands.upper = upper
  if (lower > bands.lower || bands.close < bands.lower) bands.lower = lower
  if (bands.trend === 1 ? close < bands.lower : close > bands.upper) bands.trend = bands.trend === 1 ? -1 : 1
  bands.close = close
}

/** Supertrend: the band that the price has not crossed, and 1 in an uptrend, −1 in a downtrend. Warm after timeperiod candles. */
export const supertrend = define({
  name: 'supertrend',
  group: 'Overlap Studies',
  formula: '(high + low) / 2 ± multiplier · ATR, ratcheted towards the price until a close crosses it',
  source: 'TA-Lib SUPERTREND; Seban',
  parameters: [period(10, 'timeperiod', 1), factor('multiplier', 3)],
  make,
})
