/** @returns the product of a pair: `BTC/USD` → `BTC-USD`. */
export const productOf = (pair: string): string => pair.replace('/', '-')

/**
 * Which pairs Coinbase's products stand for. Coinbase has one order book for a base's USD and USDC pairs, and its
 * socket sends the trades of `BTC-USDC` under `BTC-USD` (https://github.com/ccxt/ccxt/issues/26465).
 */
export class ProductNames {
  readonly #asked: ReadonlySet<string>
  /** The product under which the socket sends a pair's trades, where it is not the pair's own. */
  readonly #booksByPair = new Map<string, string>()

  /** @throws Error naming two pairs that share an order book: which of the two a trade belongs to cannot be known */
  constructor(pairs: readonly string[]) {
    this.#asked = new Set(pairs)
    const usdc = pairs.find(pair => pair.endsWith('/USDC') && this.#asked.has(pair.slice(0, -1)))
    if (usdc !== undefined)
      throw new Error(`${usdc.slice(0, -1)} and ${usdc} are one order book at Coinbase, so name only one of them`)
  }

  /** @returns the pair that was asked for and that the product serves; else the product's own pair. */
  pairOf(product: string): string {
    const at = product.lastIndexOf('-')
    const pair = at < 0 ? product : `${product.slice(0, at)}/${product.slice(at + 1)}`
    const usdc = `${pair}C`
    if (this.#asked.has(pair) || !pair.endsWith('/USD') || !this.#asked.has(usdc)) return pair
    this.#booksByPair.set(usdc, product)
    return usdc
  }

  /** @returns the product whose trade ids the pair has: the one that the socket used, once it has sent anything. */
  bookOf(pair: string): string {
    return this.#booksByPair.get(pair) ?? productOf(pair)
  }
}
