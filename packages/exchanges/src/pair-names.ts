/** Letters of any alphabet: Kraken has AAPLx/USD, Binance 币安人生/USDT. */
const ASSET = String.raw`[\p{L}\p{M}\p{N}._$-]+`
const PAIR = new RegExp(`^${ASSET}/${ASSET}$`, 'u')
/** The limit of `Pair` in market-data. */
const LENGTH_MAX = 100

/** Former names of assets, by the name that exchanges use today. Kraken's REST interface still has XBT and XDG. */
const FORMER_ASSETS: Readonly<Record<string, string>> = { XBT: 'BTC', XXBT: 'BTC', XDG: 'DOGE', XXDG: 'DOGE' }

const mapAssets = (pair: string, name: (asset: string) => string): string => pair.split('/').map(name).join('/')

/** @returns the problem of a pair's name, with the right name if it is known; undefined if the name is valid. */
export function pairProblem(pair: string): string | undefined {
  if (!PAIR.test(pair)) return 'is not BASE/QUOTE, e.g. BTC/USD'
  if (pair.length > LENGTH_MAX) return `is longer than ${LENGTH_MAX} characters`
  const [base, quote] = pair.split('/')
  if (base === quote) return 'names one asset twice'
  const current = mapAssets(pair, asset => FORMER_ASSETS[asset] ?? asset)
  if (current !== pair) return `is a former name: write ${current}`
  // No exchange has an asset in small letters only. Some assets end with a small letter, such as AAPLx.
  const inCapitals = mapAssets(pair, asset =>
    /^[a-z0-9._$-]*[a-z][a-z0-9._$-]*$/.test(asset) ? asset.toUpperCase() : asset,
  )
  return inCapitals === pair ? undefined : `is in small letters: write ${inCapitals}`
}
