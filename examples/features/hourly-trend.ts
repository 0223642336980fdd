import { define, type Feature, factor, indicator } from '@candlewick/indicators'

/**
 * The place of the close in the range of the hour before, −1 at the low and 1 at the high, and the distance of this interval's
 * RSI from 50, with the opposite sign after a falling hour. A feature of two intervals.
 */
export const hourlyTrend = define({
  name: 'hourly_trend',
  formula: 'place of the close in the range of the last closed 1h candle; (RSI 14 − 50) · the sign of that candle',
  parameters: [factor('weight', 1)],
  make(weight): Feature {
    const rsi = indicator('rsi:14')
    return {
      outputs: ['place', 'momentum'],
      warmup: rsi.warmup,
      intervals: ['1h'],
      initial: () => rsi.initial(),
      update(state, candle, others) {
        const hour = others['1h']!
        const [strength = Number.NaN] = rsi.update(state, candle)
        const range = hour.high - hour.low
        const place = range === 0 ? 0 : (2 * (candle.close - hour.low)) / range - 1
        return [place, weight * (strength - 50) * Math.sign(hour.close - hour.open)]
      },
    }
  },
})
