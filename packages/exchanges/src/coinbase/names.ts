/** @returns the product of a pair: `BTC/USD` → `BTC-USD`. */
export const productOf = (pair: string): string => pair.replace('/', '-')

/**
 * Which pairs Coinbase's products stand for. Coinbase has one order book for a base's USD and USDC pairs, and its
 * socket sends the trades of `BTC-USDC` under `BTC-USD` (https://github.com/ccxt/ccxt/issues/26465).
 */
export class ProductNames {
  readonly #asked: ReadonlySet<string>
  /** The product under which the socket sends a pair's trades, if it differs from the pair's own product. */
  readonly #booksByPair = new Map<string, string>()

  /** @throws Error that names two pairs with one order book: the socket does not show to which of them a trade belongs */
  constructor(pairs: readonly string[]) {
    this.#asked = new Set(pairs)
    const usdc = pairs.find(pair => pair.endsWith('/USDC') && this.#asked.has(pair.slice(0, -1)))
    if (usdc !== undefined)
      throw new Error(`${usdc.slice(0, -1)} and ${usdc} are one order book at Coinbase, so name only one of them`)
  }

  /** @returns the requested pair whose trades the product has; if there is none, the product's own pair. */
  pairOf(product: string): string {
    const at = product.lastIndexOf('-')
    const pair = at < 0 ? product : `${product.slice(0, at)}/${product.slice(at + 1)}`
    const usdc = `${pair}C`
    if (this.#asked.has(pair) || !pair.endsWith('/USD') || !this.#asked.has(usdc)) return pair
    this.#booksByPair.set(usdc, product)
    return usdc
  }

  isAsked(pair: string): boolean {
    return this.#asked.has(pair)
  }

  /** @returns the product whose trade ids the pair has. Once the socket has sent a trade, it is the product that the socket used. */
  bookOf(pair: string): string {
    return this.#booksByPair.get(pair) ?? productOf(pair)
  }
}
