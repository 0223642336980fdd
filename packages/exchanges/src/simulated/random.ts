/** @returns a 32-bit hash of integers: pseudo-random, and always the same for the same integers. */
export function hash(...numbers: readonly number[]): number {
  let h = 0x9e3779b9
  for (const n of numbers) {
    // Numbers beyond 32 bits are hashed with both halves.
    h = mix(h ^ (n | 0))
    h = mix(h ^ Math.floor(n / 0x1_0000_0000))
  }
  return h >>> 0
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) + 0x9e3779b9
}

/** @returns an integer hash of the text. */
export const hashText = (text: string): number => hash(...Buffer.from(text))

/** @returns a number in [0, 1). */
export const uniform = (...numbers: readonly number[]): number => hash(...numbers) / 0x1_0000_0000

/** A Pareto variate: at least 1, mean α/(α-1), occasionally very large. */
export const pareto = (u: number, alpha: number): number => (1 - u) ** (-1 / alpha)
