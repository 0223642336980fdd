import { body, bodyGapsDown, bodyGapsUp, type Candle, isBlack, isWhite, longBody, shortBody } from './candle.ts'

/**
 * Whether a long white candle is followed by a small star that gaps up and by a black candle that closes deep in the first
 * body. Candles are newest first.
 */
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

/** The mirror image: a long black candle, a star that gaps down, a white candle. */
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
