/** @returns Binance's name of a pair, which is always in capitals: `BTC/USDT` → `BTCUSDT`. */
export const symbolOf = (pair: string): string => pair.replace('/', '').toUpperCase()

/**
 * Binance's symbols do not show where the base ends, so only the requested pairs tell which pair a symbol is.
 * @throws Error that names two pairs with the same symbol
 */
export function pairsBySymbol(pairs: readonly string[]): ReadonlyMap<string, string> {
  const bySymbol = new Map<string, string>()
  for (const pair of pairs) {
    const other = bySymbol.get(symbolOf(pair))
    if (other) throw new Error(`${other} and ${pair} are the same symbol at Binance: ${symbolOf(pair)}`)
    bySymbol.set(symbolOf(pair), pair)
  }
  return bySymbol
}
