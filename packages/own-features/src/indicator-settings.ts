import { readFileSync } from 'node:fs'
import { DEFAULT_INDICATORS, type IndicatorSet, parseIndicatorFile, parseIndicators } from '@candlewick/indicators'
import { loadFeatures, NO_FEATURES, type OwnFeatures } from './load.ts'

/** The settings that decide which indicators are computed, by the names of the environment variables. */
export interface IndicatorSettings {
  readonly INDICATORS?: string | undefined
  readonly INDICATORS_FILE?: string | undefined
  readonly FEATURES?: string | undefined
}

/** One of the settings is wrong. */
export class WrongSetting extends Error {
  override name = 'WrongSetting'
  readonly variable: keyof IndicatorSettings
  readonly value: string | undefined
  /** The problem, which follows the variable and its value in the message. */
  readonly problem: string

  constructor(variable: keyof IndicatorSettings, value: string | undefined, problem: string) {
    super(`${variable}=${value}: ${problem}`)
    this.variable = variable
    this.value = value
    this.problem = problem
  }
}

/** The configured indicators, and all of the user's features, including those that are not configured. */
export interface ChosenIndicators {
  readonly indicators: IndicatorSet
  readonly features: OwnFeatures
}

/** @throws WrongSetting */
export function chooseIndicators(settings: IndicatorSettings): ChosenIndicators {
  const { INDICATORS: listed, INDICATORS_FILE: file, FEATURES: path } = settings
  const features = named('FEATURES', path, () => (path === undefined ? NO_FEATURES : loadFeatures(path)))
  const { definitions } = features
  const indicators =
    file === undefined
      ? named('INDICATORS', listed, () => parseIndicators(listed ?? DEFAULT_INDICATORS, definitions))
      : named('INDICATORS_FILE', file, () => parseIndicatorFile(readFileSync(file, 'utf8'), definitions))
  return { indicators, features }
}

function named<T>(variable: keyof IndicatorSettings, value: string | undefined, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new WrongSetting(variable, value, (error as Error).message)
  }
}
