/** Whether two flat objects are equal except for the order of fields and the last bits of sums. */
export function sameValues(a: object, b: object): boolean {
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>]
  for (const name in x) if (!same(x[name], y[name])) return false
  return Object.keys(x).length === Object.keys(y).length
}

const same = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)))
