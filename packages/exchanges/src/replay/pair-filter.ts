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
    .replace(/^(XBT|XDG)|(XBT|XDG)$/g, asset => USUAL[asset]!)

export const OTHER_PAIR = -1
/** Of a text that cannot be a pair's name. */
export const NO_PAIR = -2
/** The limit of `Pair` in market-data. */
const LENGTH_MAX = 100
/** Kraken's documents have the pairs' long names: `XXBTZUSD` for `XBTUSD`. */
const shortened = (name: string): string => name.replace(/^[XZ]?([A-Z0-9]{3,4})[XZ]([A-Z]{3})$/, '$1$2')

/** A name has a letter, and neither control characters nor bytes that are not UTF-8: two names could become one. */
const isName = (symbol: string): boolean =>
  symbol.length <= LENGTH_MAX && /\p{L}/u.test(symbol) && !/[\p{Cc}\uFFFD]/u.test(symbol)

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

  /** @returns the index of the pair with that name in a file; {@link OTHER_PAIR} if it was not requested, {@link NO_PAIR} if it is no name. */
  find(symbol: string): number {
    const known = this.#bySymbol.get(symbol)
    if (known !== undefined) return known
    if (!isName(symbol) && !this.#asked?.includes(symbol)) return NO_PAIR
    const pair = this.#named(symbol)
    if (this.#bySymbol.size >= SYMBOLS_MAX)
      throw new Malformed(`more than ${SYMBOLS_MAX} pairs: is ${symbol.slice(0, 60)} the name of one?`)
    const found = pair === undefined ? OTHER_PAIR : this.index.of(pair)
    this.#bySymbol.set(symbol, found)
    return found
  }

  #named(symbol: string): string | undefined {
    if (!this.#asked || this.#asked.includes(symbol)) return symbol
    for (const name of [compact(symbol), compact(shortened(symbol))]) {
      const alike = this.#asked.filter(pair => compact(pair) === name)
      if (alike.length > 0) return alike.length === 1 ? alike[0] : undefined
    }
    return undefined
  }
}
