import { type IndicatorSet, parseIndicatorFile, parseIndicators } from '@candlewick/indicators'
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
