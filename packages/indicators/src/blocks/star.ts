import { body, bodyGapsDown, bodyGapsUp, type Candle, isBlack, isWhite, longBody, shortBody } from './candle.ts'

/** Long white; a star, smaller than it may be at most, that gaps up; black that closes deep in the first body. Newest first. */
export const isEveningStar = (
  [now, one, two]: readonly [Candle, Candle, Candle],
  most: number,
  penetration: number,
): boolean =>
  isWhite(two) &&
  body(two) > longBody(two) &&
  body(one) <= most &&
  bodyGapsUp(two, one) &&
  body(now) > shortBody(now) &&
  isBlack(now) &&
  now.close < two.close - body(two) * penetration

/** The mirror image: long black, a star that gaps down, white. */
export const isMorningStar = (
  [now, one, two]: readonly [Candle, Candle, Candle],
  most: number,
  penetration: number,
): boolean =>
  isBlack(two) &&
  body(two) > longBody(two) &&
  body(one) <= most &&
  bodyGapsDown(two, one) &&
  body(now) > shortBody(now) &&
  isWhite(now) &&
  now.close > two.close + body(two) * penetration
