import { INDICATORS } from '@candlewick/indicators'
import type { Contestant } from '../contestant.ts'
import { PARAMETERS } from '../shared.ts'

export const candlewick: Contestant = Object.fromEntries(
  Object.values(INDICATORS).map(({ name, parameters, make }) => [
    name,
    () => {
      const indicator = make(...(PARAMETERS[name] ?? parameters.map(parameter => parameter.default)))
      const state = indicator.initial()
      return bar => indicator.update(state, bar)
    },
  ]),
)
