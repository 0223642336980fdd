import { summedBalance, surplus } from '../blocks/balance.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Chande momentum oscillator of plain sums, −100 to 100; 0 where nothing has moved. Warm after timeperiod candles. */
export const cmou = define({
  name: 'cmou',
  group: 'Momentum',
  formula: '100 · (Σ gain − Σ loss) / (Σ gain + Σ loss)',
  source: 'TA-Lib CMOU; Chande 1994',
  parameters: [period(14)],
  make: n => onPrice(summedBalance(n, surplus)),
})
