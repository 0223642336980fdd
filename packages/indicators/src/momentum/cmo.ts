import { smoothedBalance, surplus } from '../blocks/balance.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Chande momentum oscillator, smoothed as TA-Lib does, −100 to 100; 0 where nothing has moved. Warm after timeperiod candles. */
export const cmo = define({
  name: 'cmo',
  group: 'Momentum',
  formula: '100 · (gain − loss) / (gain + loss), each Wilder’s average',
  source: 'TA-Lib CMO; Chande 1994',
  parameters: [period(14)],
  make: n => onPrice(smoothedBalance(n, surplus)),
})
