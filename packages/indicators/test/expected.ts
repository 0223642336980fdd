/** An output's numbers from TA-Lib; `values` are those at `at`. */
export interface Expected {
  readonly warmup: number
  /** The greatest absolute value of the output. */
  readonly scale: number
  readonly at: readonly number[]
  readonly values: readonly (number | null)[]
}

/** @returns where and how the output differs from TA-Lib's by more than 1e-9 · |w| + 1e-12 · max |output|; undefined if nowhere. */
export function difference(
  output: readonly (number | null)[],
  { warmup, scale, at, values }: Expected,
): string | undefined {
  const begins = output.findIndex(value => value !== null)
  if ((begins === -1 ? output.length : begins) !== warmup) return `warm after ${begins}, TA-Lib after ${warmup}`
  for (let k = 0; k < at.length; k++) {
    const [ours, theirs] = [output[at[k]!] ?? null, values[k] ?? null]
    if (ours === null && theirs === null) continue
    if (ours === null || theirs === null || !(Math.abs(ours - theirs) <= 1e-9 * Math.abs(theirs) + 1e-12 * scale))
      return `candle ${at[k]}: ${ours}, TA-Lib ${theirs}`
  }
  return undefined
}
