/** An output's numbers from TA-Lib; `values` are those at `at`. */
export interface Expected {
  readonly warmup: number
  /** The greatest absolute value of the output. */
  readonly scale: number
  readonly at: readonly number[]
  readonly values: readonly (number | null)[]
  /** Weighted sums of all values, one for each part of the series; the parts have equal length. */
  readonly sums?: readonly number[]
}

/** The factor of the i-th value in make.py's sums, so that every value counts and no two count alike. */
const weight = (i: number): number => ((i * 7919) % 13) - 6.5

/**
 * @returns where and how the output differs from TA-Lib's by more than 1e-9 · |w| + 1e-12 · max |output|, a sum by more
 * than what its values may; undefined if nowhere.
 */
export function difference(
  output: readonly (number | null)[],
  { warmup, scale, at, values, sums = [] }: Expected,
): string | undefined {
  const begins = output.findIndex(value => value !== null)
  if ((begins === -1 ? output.length : begins) !== warmup) return `warm after ${begins}, TA-Lib after ${warmup}`
  for (let k = 0; k < at.length; k++) {
    const [ours, theirs] = [output[at[k]!] ?? null, values[k] ?? null]
    if (ours === null && theirs === null) continue
    if (ours === null || theirs === null || !(Math.abs(ours - theirs) <= 1e-9 * Math.abs(theirs) + 1e-12 * scale))
      return `candle ${at[k]}: ${ours}, TA-Lib ${theirs}`
  }
  return differentSum(output, sums, scale)
}

function differentSum(output: readonly (number | null)[], sums: readonly number[], scale: number): string | undefined {
  const length = output.length / sums.length
  for (const [part, theirs] of sums.entries()) {
    let ours = 0
    let tolerance = 0
    for (let i = part * length; i < (part + 1) * length; i++) {
      const value = output[i] ?? 0
      ours += weight(i) * value
      tolerance += Math.abs(weight(i)) * (1e-9 * Math.abs(value) + 1e-12 * scale)
    }
    if (!(Math.abs(ours - theirs) <= tolerance))
      return `weighted sum of candles ${part * length} to ${(part + 1) * length - 1}: ${ours}, TA-Lib ${theirs}`
  }
  return undefined
}
