import { share, smoothedBalance } from '../blocks/balance.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Relative strength index, 0 to 100; 0 where the price has not moved. Warm after timeperiod candles. */
export const rsi = define({
  name: 'rsi',
  group: 'Momentum',
  formula: '100 · gain / (gain + loss), each Wilder’s average',
  source: 'TA-Lib RSI; Wilder, New Concepts in Technical Trading Systems, 1978',
  parameters: [period(14)],
  make: n => onPrice(smoothedBalance(n, share)),
})
