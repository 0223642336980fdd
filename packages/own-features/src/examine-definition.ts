import { type Definition, INDICATORS } from '@candlewick/indicators'
import { Candle } from '@candlewick/market-data'
import { FeatureError } from './feature-error.ts'

/** Names that may be part of a field's name. */
export const NAME = /^[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*$/
const NAME_CHARS_MAX = 60

/** Refuses a definition whose name or parameters are wrong. @throws FeatureError */
export function examineDefinition(file: string, { name, make, parameters }: Definition): void {
  const refuse = (problem: string) => {
    throw new FeatureError(file, problem)
  }
  const shown = JSON.stringify(name)
  if (typeof name !== 'string' || !NAME.test(name) || name.length > NAME_CHARS_MAX)
    refuse(`name ${shown}: use lower-case words joined by _, none of them a number, e.g. spread_ratio`)
  if (Object.hasOwn(INDICATORS, name)) refuse(`name ${shown} is that of a built-in indicator: choose another`)
  if (name in Candle.shape) refuse(`name ${shown} is that of a field of the candle: choose another`)
  if (typeof make !== 'function') refuse(`${name}: make is ${typeof make}, not a function that returns the feature`)
  if (!Array.isArray(parameters)) refuse(`${name}: parameters is not an array, e.g. [period(20)]`)
  for (const parameter of parameters) {
    const { name: own, default: byDefault, min, max } = parameter ?? {}
    if (typeof own !== 'string' || !(byDefault >= min && byDefault <= max))
      refuse(`${name}: parameter ${JSON.stringify(parameter)}: make it with period(20) or factor('weight', 1)`)
  }
}
