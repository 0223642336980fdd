import { type IndicatorSet, parseIndicatorFile, parseIndicators } from '@candlewick/indicators'
import { barsOf, clockIntervals } from '@candlewick/market-data'
import { loadFeatures, type Mistakes, NO_FEATURES } from '@candlewick/own-features'
import type { CandlesOptions } from '../../services/candles/src/processor.ts'

/** The settings of a computation, as plain data for threads and for the dataset's record of its command. */
export interface Settings {
  readonly candles: CandlesOptions
  readonly indicators: { readonly text: string; readonly isFile: boolean }
  /** A user's features: their path, and the version of each indicator's code, which distinguishes this command from others. */
  readonly features?: { readonly path: string; readonly entries: readonly string[] }
  /** Time since which the source has all trades (Unix ms). */
  readonly fromMs: number | undefined
}

export interface Chosen {
  readonly indicators: IndicatorSet
  /** Mistakes of users' features among the indicators. */
  readonly mistakes: Mistakes
}

/** @throws Error naming an indicator that does not exist, or the problem of a user's feature */
export function chosenBy({
  indicators: { text, isFile },
  features,
}: Pick<Settings, 'indicators' | 'features'>): Chosen {
  const { definitions, mistakes } = features ? loadFeatures(features.path) : NO_FEATURES
  return { indicators: isFile ? parseIndicatorFile(text, definitions) : parseIndicators(text, definitions), mistakes }
}

export const indicatorsOf = (settings: Settings): IndicatorSet => chosenBy(settings).indicators

/** Settings of the watchdog over users' features, in each thread that computes them. */
export const WATCH = { service: 'compute', timeoutMs: 30_000, isPlain: true }

/** Reports the first mistake of each feature and kind. */
export function tellMistakes(mistakes: Mistakes, tell: (sentence: string) => void): void {
  const told = new Set<string>()
  mistakes.onMistake = ({ feature, problem, detail, pair, interval, open_time_ms }) => {
    const kind = `${feature} ${problem}`
    if (told.has(kind)) return
    told.add(kind)
    const window = new Date(open_time_ms).toISOString()
    tell(
      `The feature ${feature} failed at ${pair} ${interval}, window ${window}, and its fields are null there: ${detail}`,
    )
  }
}

/** @returns a function that returns, for a pair, the name of an interval or bar whose candles have each trade of the pair once, closed or still open. */
export function countedInterval({ candles: { intervals, bars } }: Settings): (pair: string) => string | undefined {
  const [shortest] = clockIntervals(intervals)
  return pair => shortest ?? barsOf(pair, intervals, bars)[0]?.name
}
