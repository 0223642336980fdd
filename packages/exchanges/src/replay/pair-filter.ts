import { Malformed } from '../trade.ts'
import { PairIndex } from './trade-batch.ts'

/** Kraken's own names of two assets. */
const USUAL: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' }

/** @returns the name in one normal form, because exchanges write it differently: `XBTUSD`, `BTC-USD` and `btc/usd` are one pair. */
const compact = (name: string): string =>
  name
    .toUpperCase()
    .split(/[/\-_: ]/)
    .map(asset => USUAL[asset] ?? asset)
    .join('')
    .replace(/^(XBT|XDG)/, asset => USUAL[asset]!)

export const OTHER_PAIR = -1
/** Bounds the memory if another column is taken for the pair's. */
const SYMBOLS_MAX = 20_000

/** Selects the pairs to read: the requested ones, under the requested names, or all pairs of the files. */
export class PairFilter {
  readonly index = new PairIndex()
  /** The pair of rows that name no pair: the only requested pair. */
  readonly only: string | undefined
  readonly #asked: readonly string[] | undefined
  readonly #bySymbol = new Map<string, number>()

  constructor(asked: readonly string[] | undefined) {
    this.#asked = asked
    this.only = asked?.length === 1 ? asked[0] : undefined
  }

  /** @returns the index of the pair with that name in a file; {@link OTHER_PAIR} if it was not requested. */
  find(symbol: string): number {
    const known = this.#bySymbol.get(symbol)
    if (known !== undefined) return known
    const pair = this.#named(symbol)
    if (this.#bySymbol.size >= SYMBOLS_MAX)
      throw new Malformed(`more than ${SYMBOLS_MAX} pairs: is ${symbol.slice(0, 60)} the name of one?`)
    const found = pair === undefined ? OTHER_PAIR : this.index.of(pair)
    this.#bySymbol.set(symbol, found)
    return found
  }

  #named(symbol: string): string | undefined {
    if (!this.#asked || this.#asked.includes(symbol)) return symbol
    const alike = this.#asked.filter(pair => compact(pair) === compact(symbol))
    return alike.length === 1 ? alike[0] : undefined
  }
}
