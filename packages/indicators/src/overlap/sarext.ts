import { newParabolic, type Parabolic, type Speeds, turn } from '../blocks/parabolic.ts'
import { define, factor } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const speeds = (initial: number, step: number, maximum: number): Speeds => ({
  initial: Math.min(initial, maximum),
  step: Math.min(step, maximum),
  maximum,
})

const make = (start: number, offset: number, ...factors: number[]): Indicator<Parabolic> => {
  const [initLong = 0, stepLong = 0, maxLong = 0, initShort = 0, stepShort = 0, maxShort = 0] = factors
  const rules = {
    start,
    offset,
    long: speeds(initLong, stepLong, maxLong),
    short: speeds(initShort, stepShort, maxShort),
  }
  return { outputs: [''], warmup: 1, initial: newParabolic, update: (state, bar) => [turn(state, bar, rules)] }
}

const [long, short] = ['long', 'short'].map(side => [
  factor(`accelerationinit${side}`, 0.02),
  factor(`acceleration${side}`, 0.02),
  factor(`accelerationmax${side}`, 0.2),
])

/** Parabolic stop and reverse with separate speeds for each side; negative while short. Warm after 1 candle. */
export const sarext = define({
  name: 'sarext',
  group: 'Overlap Studies',
  formula: 'as SAR; begins at startvalue (negative: short), and is pushed off by offsetonreverse of itself at a turn',
  source: 'TA-Lib SAREXT',
  parameters: [factor('startvalue', 0, -1e15, 1e15), factor('offsetonreverse', 0), ...long!, ...short!],
  make,
})
