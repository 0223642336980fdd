/** @returns Coinbase's name of a pair: `BTC/USD` → `BTC-USD`. */
export const productOf = (pair: string): string => pair.replace('/', '-')

/** @returns the pair of a product: `BTC-USD` → `BTC/USD`. */
export const pairOf = (product: string): string => product.replace('-', '/')
