import { define, period, rollingAverage } from '@candlewick/indicators'

/** The spread of the candle relative to the mean spread of the last candles; null where no price has moved. */
export const spreadRatio = define({
  name: 'spread_ratio',
  formula: 'spread / its mean over timeperiod candles, spread = (high − low) / close',
  parameters: [period(20)],
  make(timeperiod) {
    const average = rollingAverage(timeperiod)
    return {
      outputs: [''],
      warmup: average.warmup,
      initial: () => average.initial(),
      update(state, { high, low, close }) {
        const spread = (high - low) / close
        const mean = average.next(state, spread)
        return [mean === 0 ? null : spread / mean]
      },
    }
  },
})
