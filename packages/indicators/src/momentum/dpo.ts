import { simple } from '../averages/simple.ts'
import { change, difference } from '../blocks/change.ts'
import { compared } from '../blocks/convergence.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Detrended price oscillator, not shifted back. Warm after max(timeperiod − 1, timeperiod / 2 + 1) candles. */
export const dpo = define({
  name: 'dpo',
  group: 'Momentum',
  formula: 'the close n / 2 + 1 candles before − SMA(n)',
  source: 'TA-Lib DPO',
  parameters: [period(20)],
  make: n =>
    onPrice(
      compared(
        change(Math.floor(n / 2) + 1, (_, past) => past),
        simple(n),
        difference,
      ),
    ),
})
