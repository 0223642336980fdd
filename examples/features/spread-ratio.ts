import { define, period, rollingAverage } from '@candlewick/indicators'

/** How wide the candle is beside the last ones: above 1 it moves more than it did. Null where nothing has moved at all. */
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
