/** Kraken's REST interface has its own names for two assets. */
const KRAKEN_ASSETS: Readonly<Record<string, string>> = { BTC: 'XBT', DOGE: 'XDG' }
const USUAL_ASSETS = Object.fromEntries(Object.entries(KRAKEN_ASSETS).map(([usual, kraken]) => [kraken, usual]))

/** @returns the REST name of a pair: `BTC/USD` → `XBTUSD`. */
export const restName = (pair: string): string =>
  pair
    .split('/')
    .map(asset => KRAKEN_ASSETS[asset] ?? asset)
    .join('')

/** @returns the common name of a pair: `XBT/USD` → `BTC/USD`. WebSocket v2 uses common names already. */
export const usualName = (symbol: string): string =>
  // This runs for each trade, and most pairs contain neither name.
  symbol.includes('X')
    ? symbol
        .split('/')
        .map(asset => USUAL_ASSETS[asset] ?? asset)
        .join('/')
    : symbol
