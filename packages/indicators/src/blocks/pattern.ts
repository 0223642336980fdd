import type { Bar } from '../bar.ts'
import { type Definition, define, type Parameter } from '../definition.ts'
import { Candle } from './candle.ts'
import { MISSING } from './missing.ts'

/** The candles of a pattern and the candles before them: a ring with four prices for each. */
export interface Candles {
  count: number
  prices: number[]
  next: number
}

export const newCandles = (): Candles => ({ count: 0, prices: [], next: 0 })

/** The last candles, newest first, as many as the pattern has. */
export type Recent = readonly [Candle, Candle, Candle, Candle, Candle]

/** A pattern's view of its state. Its objects are reused, and moved on with each new candle. */
export class Lookback {
  readonly recent: Recent
  readonly #size: number
  readonly #warmup: number

  constructor(candles: number, warmup: number) {
    this.#size = 4 * (warmup + 1)
    this.#warmup = warmup
    this.recent = Array.from({ length: candles }, () => new Candle(this.#size)) as unknown as Recent
  }

  /** Adds a candle. @returns whether `warmup` candles came before it */
  take(state: Candles, { open, high, low, close }: Bar): boolean {
    const { prices, next } = state
    prices[next] = open
    prices[next + 1] = high
    prices[next + 2] = low
    prices[next + 3] = close
    state.next = next + 4 === this.#size ? 0 : next + 4
    let at = next
    for (const candle of this.recent) {
      candle.prices = prices
      candle.at = at
      at = at === 0 ? this.#size - 4 : at - 4
    }
    if (state.count === this.#warmup) return true
    state.count++
    return false
  }
}

interface Pattern {
  readonly name: string
  /** Number of candles in the pattern, and number of candles needed before the first of them. */
  readonly candles: number
  readonly before: number
  readonly formula: string
  readonly parameters?: readonly Parameter[]
  /** @returns 100 (bullish), −100 (bearish), 80 or −80 for a weak pattern, 0 for none. */
  find(recent: Recent, penetration: number): number
}

/** A candlestick pattern of TA-Lib: 100 (bullish), −100 (bearish), 0. Warm after before + candles − 1 candles. */
export const pattern = ({ name, candles, before, formula, parameters = [], find }: Pattern): Definition => {
  const warmup = before + candles - 1
  return define<Candles>({
    name,
    group: 'Pattern Recognition',
    formula,
    source: `TA-Lib ${name.toUpperCase()}`,
    parameters,
    make(penetration = 0) {
      const lookback = new Lookback(candles, warmup)
      return {
        outputs: [''],
        warmup,
        initial: newCandles,
        update: (state, bar) => [lookback.take(state, bar) ? find(lookback.recent, penetration) : MISSING],
      }
    },
  })
}
