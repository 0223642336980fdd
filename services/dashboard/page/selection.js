/** The selection: the address has the pair and the interval, and the browser's storage has the indicators. */
export function readAddress() {
  const [pair, interval] = decodeURIComponent(location.hash.slice(1)).split('@')
  return { pair: pair || undefined, interval: interval || undefined }
}

export const writeAddress = (pair, interval) =>
  history.replaceState(null, '', `#${encodeURIComponent(`${pair}@${interval}`)}`)

const DEFAULTS = ['ema 21', 'bbands 20 2', 'rsi 14', 'macd 12 26 9']
const KEY = 'indicators'

export const shownIndicators = () => new Set(JSON.parse(localStorage.getItem(KEY) ?? 'null') ?? DEFAULTS)

export const rememberIndicators = names => localStorage.setItem(KEY, JSON.stringify([...names]))
