/** A candle and what the ones before it were like: averages over as many as the name says, it not included. */
export interface Candle {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly body10: number
  readonly range10: number
  readonly range5: number
  readonly shadows10: number
}

/** Prices alone. */
type Prices = Pick<Candle, 'open' | 'high' | 'low' | 'close'>

export const body = ({ open, close }: Prices): number => Math.abs(close - open)
export const top = ({ open, close }: Prices): number => Math.max(open, close)
export const bottom = ({ open, close }: Prices): number => Math.min(open, close)
export const upperShadow = (candle: Prices): number => candle.high - top(candle)
export const lowerShadow = (candle: Prices): number => bottom(candle) - candle.low
export const range = ({ high, low }: Prices): number => high - low
/** 1 for a white candle, which closes no lower than it opens, −1 for a black one. */
export const color = ({ open, close }: Prices): 1 | -1 => (close >= open ? 1 : -1)
export const isWhite = (candle: Prices): boolean => color(candle) === 1
export const isBlack = (candle: Prices): boolean => color(candle) === -1

/** Gaps between bodies, and between whole candles, from one to the next. */
export const bodyGapsUp = (from: Prices, to: Prices): boolean => bottom(to) > top(from)
export const bodyGapsDown = (from: Prices, to: Prices): boolean => top(to) < bottom(from)
export const gapsUp = (from: Prices, to: Prices): boolean => to.low > from.high
export const gapsDown = (from: Prices, to: Prices): boolean => to.high < from.low

/** TA-Lib's default candle settings. */
export const longBody = ({ body10 }: Candle): number => body10
export const shortBody = ({ body10 }: Candle): number => body10
export const dojiBody = ({ range10 }: Candle): number => 0.1 * range10
export const longShadow = (candle: Prices): number => body(candle)
export const veryLongShadow = (candle: Candle): number => 2 * body(candle)
export const shortShadow = ({ shadows10 }: Candle): number => shadows10 / 2
export const veryShortShadow = ({ range10 }: Candle): number => 0.1 * range10
export const near = ({ range5 }: Candle): number => 0.2 * range5
export const far = ({ range5 }: Candle): number => 0.6 * range5
export const equal = ({ range5 }: Candle): number => 0.05 * range5

export const isWithin = (value: number, of: number, distance: number): boolean =>
  value <= of + distance && value >= of - distance

/** A long body without shadows. */
export const isMarubozu = (candle: Candle): boolean =>
  body(candle) > longBody(candle) &&
  upperShadow(candle) < veryShortShadow(candle) &&
  lowerShadow(candle) < veryShortShadow(candle)

/** A marubozu and one of the other colour that gaps away from it. */
export const kicks = (one: Candle, now: Candle): boolean =>
  color(one) === -color(now) &&
  isMarubozu(one) &&
  isMarubozu(now) &&
  (isBlack(one) ? gapsUp(one, now) : gapsDown(one, now))
