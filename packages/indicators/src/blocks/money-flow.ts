import type { Bar } from '../bar.ts'

/** @returns Chaikin's money flow volume: the candle's volume times where it closed, −1 at its low and 1 at its high. */
export const moneyFlow = ({ high, low, close, volume }: Bar): number =>
  high > low ? ((close - low - (high - close)) / (high - low)) * volume : 0
