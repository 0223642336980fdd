import { type IndicatorSet, parseIndicatorFile, parseIndicators } from '@candlewick/indicators'
import { barsOf, clockIntervals } from '@candlewick/market-data'
import type { CandlesOptions } from '../../services/candles/src/processor.ts'

/** What is computed, as plain data that goes to threads and into the dataset's record of its command. */
export interface Settings {
  readonly candles: CandlesOptions
  readonly indicators: { readonly text: string; readonly isFile: boolean }
  /** Since when the source has all trades (Unix ms). */
  readonly fromMs: number | undefined
}

/** @throws Error naming an indicator that does not exist */
export const indicatorsOf = ({ indicators: { text, isFile } }: Settings): IndicatorSet =>
  isFile ? parseIndicatorFile(text) : parseIndicators(text)

/** @returns a function of a pair: the name of candles that have each of its trades once, closed or still open. */
export function countedInterval({ candles: { intervals, bars } }: Settings): (pair: string) => string | undefined {
  const [shortest] = clockIntervals(intervals)
  return pair => shortest ?? barsOf(pair, intervals, bars)[0]?.name
}
