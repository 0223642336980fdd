import type { IndicatorSet } from '@candlewick/indicators'
import { type Candle, type FeatureRow, inOrder } from '@candlewick/market-data'

export type Values = Readonly<Record<string, number | null>>

/** A candle, and the candles of other intervals that features use for it. */
export interface Step {
  readonly candle: Candle
  readonly others?: Readonly<Record<string, Candle>>
}

export interface Request {
  /** Final candles, oldest first, which follow those of the request before, unless they are all that there are. */
  readonly candles: readonly Step[]
  readonly areAll: boolean
  /** The newest row. */
  readonly row: FeatureRow | undefined
  readonly live: Step
}

/**
 * Values are taken for the same if they differ by less than this share: candles before the first one that is kept here still count a
 * little in an average.
 */
const SAME = 1e-6

/** The indicators of one pair and interval, computed from the candles that the dashboard keeps. */
export class ProvisionalSeries {
  readonly #set: IndicatorSet
  #state
  #newest: Candle | undefined
  #values: Values = {}

  constructor(set: IndicatorSet) {
    this.#set = set
    this.#state = set.initial()
  }

  /**
   * @returns the values that the indicators would have if the candle in progress ended now. Only those of indicators whose values for
   *   the newest final candle are those of its row: technical-indicators may have seen more candles, which matters for example to
   *   a sum over all of them.
   */
  peek({ candles, areAll, row, live }: Request): Values {
    if (areAll) this.#state = this.#set.initial()
    for (const { candle, others } of candles) {
      this.#values = this.#set.update(this.#state, candle, others)
      this.#newest = candle
    }
    if (!this.#newest || !row || inOrder(this.#newest, row) !== 0) return {}
    const agreed = this.#set.fields.filter(field => isSame(this.#values[field], row[field]))
    const values = this.#set.peek(this.#state, live.candle, live.others)
    return Object.fromEntries(agreed.map(field => [field, values[field]!]))
  }
}

function isSame(a: number | null | undefined, b: unknown): boolean {
  if (a === null && b === null) return true
  return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= SAME * Math.max(Math.abs(a), Math.abs(b))
}
