const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** @returns how many decimals the prices need, at most 8 */
export const decimalsOf = prices =>
  Math.min(8, Math.max(0, ...prices.map(price => (/\.(\d+)$/.exec(String(price))?.[1] ?? '').length)))

export const fixed = (x, decimals) =>
  x.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals, signDisplay: 'negative' })

/** @returns a number of any size with six significant digits */
export function number(x) {
  if (typeof x !== 'number') return '–'
  const size = Math.abs(x)
  if (size >= 1e6) return compact.format(x)
  return fixed(x, size === 0 ? 2 : Math.max(0, Math.min(8, 5 - Math.floor(Math.log10(size)))))
}

export const volume = x => (Math.abs(x) < 1000 ? number(Number(x.toPrecision(4))) : compact.format(x))

export const count = x => whole.format(x)

export const rate = x => (x > 0 && x < 10 ? x.toFixed(1) : whole.format(x))

/** @returns a share such as 0.0123 as a percentage with an arrow, so that its direction does not depend on colour */
export const percent = x => `${x < 0 ? '▼' : '▲'} ${Math.abs(100 * x).toFixed(2)}%`

export const direction = x => (x < 0 ? 'down' : 'up')

export const time = ms => new Date(ms).toISOString().slice(11, 19)

export const milliseconds = ms =>
  ms === null ? '–' : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`

export function span(ms) {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ]
  const [unit, length] = units.find(([, length]) => ms >= length) ?? ['s', 1000]
  return `${Math.round(ms / length)}${unit}`
}
