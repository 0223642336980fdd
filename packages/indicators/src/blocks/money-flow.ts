import type { Bar } from '../bar.ts'

/**
 * @returns Chaikin's money flow volume: the candle's volume times the position of its close, −1 at the low and 1 at the
 *   high.
 */
export const moneyFlow = ({ high, low, close, volume }: Bar): number =>
  high > low ? ((close - low - (high - close)) / (high - low)) * volume : 0
