import { body, far, isWhite, longBody, longShadow, near, shortShadow, upperShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Advance block, bearish. Warm after 12 candles. */
export const cdladvanceblock = pattern({
  name: 'cdladvanceblock',
  candles: 3,
  before: 10,
  formula:
    'three white candles that close ever higher and weaken: the bodies become smaller, or the upper shadows longer',
  find: ([now, one, two]) => {
    const opens = (candle: typeof now, before: typeof now) =>
      isWhite(candle) &&
      candle.close > before.close &&
      candle.open > before.open &&
      candle.open <= before.close + near(before)
    const advances = isWhite(two) && opens(one, two) && opens(now, one)
    const isStrong = body(two) > longBody(two) && upperShadow(two) < shortShadow(two)
    const isShaded = upperShadow(now) > shortShadow(now) || upperShadow(one) > shortShadow(one)
    const isBlocked =
      (body(one) < body(two) - far(two) && body(now) < body(one) + near(one)) ||
      body(now) < body(one) - far(one) ||
      (body(now) < body(one) && body(one) < body(two) && isShaded) ||
      (body(now) < body(one) && upperShadow(now) > longShadow(now))
    return advances && isStrong && isBlocked ? -100 : 0
  },
})
