import { Malformed } from '../trade.ts'
import { PairIndex } from './trade-batch.ts'

/** Kraken's own names of two assets. */
const USUAL: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' }

const assetsOf = (name: string): readonly string[] =>
  name
    .toUpperCase()
    .split(/[/\-_: ]/)
    .map(asset => USUAL[asset] ?? asset)

const compact = (assets: readonly string[]): string =>
  assets.join('').replace(/^(XBT|XDG)|(XBT|XDG)$/g, asset => USUAL[asset]!)

/**
 * @returns whether two names mean one pair, because exchanges write it differently: `XBTUSD`, `BTC-USD` and `btc/usd` do. If both
 *   names separate base and quote, both have to be equal: `BTC-BUSD` is not `BTCB/USD`.
 */
function isAlike(a: string, b: string): boolean {
  const [of, to] = [assetsOf(a), assetsOf(b)]
  if (of.length === 2 && to.length === 2) return of.join('/') === to.join('/')
  return compact(of) === compact(to)
}

export const OTHER_PAIR = -1
/** The number of a text that cannot be a pair's name. */
export const NO_PAIR = -2
/** The limit of `Pair` in market-data. */
const LENGTH_MAX = 100
/**
 * Kraken's documents have long names of its oldest assets: `XXBTZUSD` for `XBTUSD`. Other names are not shortened, because `AVAXBTC`
 * is not `AVABTC`.
 */
const LONG =
  /^(?:X(ETC|ETH|LTC|MLN|REP|XBT|XDG|XLM|XMR|XRP|ZEC)|Z(AUD|EUR|GBP|USD)|(USDT))(?:Z(AUD|CAD|EUR|GBP|JPY|USD)|X(ETH|XBT))$/
const shortened = (name: string): string => name.replace(LONG, '$1$2$3$4$5')

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
    for (const name of [symbol, shortened(symbol)]) {
      const alike = this.#asked.filter(pair => isAlike(pair, name))
      if (alike.length > 0) return alike.length === 1 ? alike[0] : undefined
    }
    return undefined
  }
}
