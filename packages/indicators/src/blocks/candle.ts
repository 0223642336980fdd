/** Positions of a candle's four prices. */
const [OPEN, HIGH, LOW, CLOSE] = [0, 1, 2, 3]

/**
 * A candle of a window, read in place, and means over the preceding candles, whose number is in the name. A mean is added up
 * only when a pattern needs it, which is rare; that is cheaper than running sums for every candle.
 */
export class Candle {
  /** Ring of `size` numbers with four prices for each candle; this candle's prices begin at `at`. */
  prices: readonly number[] = []
  at = 0
  readonly #size: number

  constructor(size: number) {
    this.#size = size
  }

  get open(): number {
    return this.prices[this.at + OPEN]!
  }
  get high(): number {
    return this.prices[this.at + HIGH]!
  }
  get low(): number {
    return this.prices[this.at + LOW]!
  }
  get close(): number {
    return this.prices[this.at + CLOSE]!
  }

  get body10(): number {
    let sum = 0
    for (let ago = 1; ago <= 10; ago++) sum += Math.abs(this.#before(ago, CLOSE) - this.#before(ago, OPEN))
    return sum / 10
  }
  get range10(): number {
    return this.#range(10)
  }
  get range5(): number {
    return this.#range(5)
  }
  get shadows10(): number {
    let sum = 0
    for (let ago = 1; ago <= 10; ago++) {
      const [open, close] = [this.#before(ago, OPEN), this.#before(ago, CLOSE)]
      sum += this.#before(ago, HIGH) - Math.max(open, close) + (Math.min(open, close) - this.#before(ago, LOW))
    }
    return sum / 10
  }

  #range(candles: number): number {
    let sum = 0
    for (let ago = 1; ago <= candles; ago++) sum += this.#before(ago, HIGH) - this.#before(ago, LOW)
    return sum / candles
  }

  #before(ago: number, price: number): number {
    const at = this.at - 4 * ago
    return this.prices[(at < 0 ? at + this.#size : at) + price]!
  }
}

/** Ranges of a candle, computed from its prices alone, of which means can be taken. */
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

/** Gaps between the bodies, and between the whole ranges, of two consecutive candles. */
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

/** Whether a marubozu is followed by one of the other colour that gaps away from it. */
export const kicks = (one: Candle, now: Candle): boolean =>
  color(one) === -color(now) &&
  isMarubozu(one) &&
  isMarubozu(now) &&
  (isBlack(one) ? gapsUp(one, now) : gapsDown(one, now))
