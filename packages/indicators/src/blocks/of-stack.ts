import { newStack, type Stack, stack, stackWarmup } from '../averages/exponential.ts'
import type { Indicator } from '../indicator.ts'

/** @returns the indicator that is a weighted sum of the close's average, the average of that average, and so on. */
export const ofStack = (period: number, weights: readonly number[]): Indicator<Stack> => ({
  outputs: [''],
  warmup: stackWarmup(period, weights),
  initial: () => newStack(weights),
  update: (state, { close }) => [stack(state, close, period, weights)],
})
