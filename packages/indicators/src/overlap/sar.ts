import { newParabolic, type Parabolic, type Speeds, turn } from '../blocks/parabolic.ts'
import { define, factor } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (acceleration: number, maximum: number): Indicator<Parabolic> => {
  const step = Math.min(acceleration, maximum)
  const speeds: Speeds = { initial: step, step, maximum }
  const rules = { start: 0, offset: 0, long: speeds, short: speeds }
  return {
    outputs: [''],
    warmup: 1,
    initial: newParabolic,
    update(state, bar) {
      return [Math.abs(turn(state, bar, rules))]
    },
  }
}

/** Parabolic stop and reverse. Warm after 1 candle. */
export const sar = define({
  name: 'sar',
  group: 'Overlap Studies',
  formula: 'SAR += acceleration · (extreme − SAR); the acceleration grows a step with each new extreme',
  source: 'TA-Lib SAR; Wilder 1978',
  parameters: [factor('acceleration', 0.02), factor('maximum', 0.2)],
  make,
})
