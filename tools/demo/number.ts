const DIGITS = 6
const MOST_DECIMALS = 12

/** @returns how many decimals it takes to show each of the prices as it is. */
export const decimalsOf = (...prices: readonly number[]): number => Math.max(...prices.map(decimals))

/** JavaScript writes an exponent below a millionth. */
function decimals(price: number): number {
  const text = String(price)
  return text.includes('e-') ? MOST_DECIMALS : (text.split('.')[1]?.length ?? 0)
}

/** Six digits, or more where so many decimals are wanted; what is no number yet is a dash. */
export function figure(value: unknown, decimals = 0): string {
  if (typeof value !== 'number') return '–'
  const whole = String(Math.trunc(Math.abs(value))).length
  return value.toFixed(Math.max(decimals, Math.min(DIGITS - whole, MOST_DECIMALS), 0))
}
