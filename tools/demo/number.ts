const DIGITS = 6
const MOST_DECIMALS = 12

/** @returns the number of decimals that shows every price exactly. */
export const decimalsOf = (...prices: readonly number[]): number => Math.max(...prices.map(decimals))

/** JavaScript writes numbers below a millionth with an exponent. */
function decimals(price: number): number {
  const text = String(price)
  return text.includes('e-') ? MOST_DECIMALS : (text.split('.')[1]?.length ?? 0)
}

/** Formats a number with six digits, or more for the wanted decimals; a missing number is a dash, and zero has no sign. */
export function figure(value: unknown, decimals = 0): string {
  if (typeof value !== 'number') return '–'
  const whole = String(Math.trunc(Math.abs(value))).length
  const text = value.toFixed(Math.max(decimals, Math.min(DIGITS - whole, MOST_DECIMALS), 0))
  return /[1-9]/.test(text) ? text : text.replace('-', '')
}
