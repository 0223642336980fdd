/** Kraken's own names of two assets, in its REST interface. */
const KRAKEN_ASSETS: Readonly<Record<string, string>> = { BTC: 'XBT', DOGE: 'XDG' }
const USUAL_ASSETS = Object.fromEntries(Object.entries(KRAKEN_ASSETS).map(([usual, kraken]) => [kraken, usual]))

/** @returns the REST name of a pair: `BTC/USD` → `XBTUSD`. */
export const restName = (pair: string): string =>
  pair
    .split('/')
    .map(asset => KRAKEN_ASSETS[asset] ?? asset)
    .join('')

/** @returns the pair as everybody writes it: `XBT/USD` → `BTC/USD`; WebSocket v2 speaks so already. */
export const usualName = (symbol: string): string =>
  // Asked for each trade: most hold neither of the names.
  symbol.includes('X')
    ? symbol
        .split('/')
        .map(asset => USUAL_ASSETS[asset] ?? asset)
        .join('/')
    : symbol
