import type { Feature } from '@candlewick/indicators'
import { notPlainJson, START_RULES } from '@candlewick/indicators/contract'
import { Interval } from '@candlewick/market-data'
import { NAME } from './examine-definition.ts'
import { FeatureError } from './feature-error.ts'
import { running } from './running.ts'
import { subjectOf, withOwnState } from './trial.ts'

const WARMUP_MAX = 100_000
/** Number of candles after the warm-up on which a new feature is tried. */
const TRIED = 50

/** Refuses a feature that lacks something, or whose declarations are wrong. @throws FeatureError */
export function examineFeature(file: string, name: string, make: () => Feature): Feature {
  const refuse = (problem: string): never => {
    throw new FeatureError(file, `${name}: ${problem}`)
  }
  const feature = attempt(
    () => running.during('make', name, make),
    error => refuse(`make throws ${error}`),
  )
  if (typeof feature !== 'object' || feature === null) return refuse(`make returns ${typeof feature}, not a feature`)
  const { outputs, warmup, intervals = [] } = feature
  for (const member of ['initial', 'update'] as const)
    if (typeof feature[member] !== 'function') refuse(`${member} is ${typeof feature[member]}, not a function`)
  if (!Array.isArray(outputs) || outputs.length === 0)
    refuse(`outputs is ${JSON.stringify(outputs)}: name each value, or [''] for a single one`)
  for (const output of outputs)
    if (output !== '' && !NAME.test(output))
      refuse(`output ${JSON.stringify(output)}: use lower-case words joined by _`)
  if (new Set(outputs).size < outputs.length) refuse(`outputs ${JSON.stringify(outputs)}: a name is there twice`)
  if (!(Number.isInteger(warmup) && warmup >= 0 && warmup <= WARMUP_MAX))
    refuse(`warmup is ${String(warmup)}: make it the number of candles before the first value, 0 to ${WARMUP_MAX}`)
  const unknown = intervals.find(interval => !Interval.safeParse(interval).success)
  if (unknown !== undefined) refuse(`intervals: ${JSON.stringify(unknown)} is no interval, e.g. 1h`)
  const state = attempt(
    () => running.during('initial', name, () => feature.initial()),
    error => refuse(`initial throws ${error}`),
  )
  const notJson = notPlainJson(state)
  if (notJson) refuse(`initial(): ${notJson}`)
  const subject = subjectOf(name, () => withOwnState(make()), [['walk', warmup + TRIED]])
  for (const rule of START_RULES) {
    const broken = attempt(
      () => rule.broken(subject),
      error => (error as Error).message,
    )
    if (broken) refuse(broken)
  }
  return feature
}

/** @returns the function's result; if it throws, the result of `failed`. */
function attempt<T, E>(call: () => T, failed: (error: unknown) => E): T | E {
  try {
    return call()
  } catch (error) {
    return failed(error)
  }
}
