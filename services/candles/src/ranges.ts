/** Sets of integers as ascending, disjoint, inclusive ranges, flat: [from, to, from, to, …]. */

export function contains(ranges: readonly number[], n: number): boolean {
  for (let i = ranges.length - 2; i >= 0; i -= 2) if (ranges[i]! <= n) return n <= ranges[i + 1]!
  return false
}

export function overlaps(ranges: readonly number[], from: number, to: number): boolean {
  for (let i = ranges.length - 2; i >= 0; i -= 2) if (ranges[i]! <= to) return from <= ranges[i + 1]!
  return false
}

/** Adds [from, to], joined with the ranges that it touches. */
export function addRange(ranges: number[], from: number, to: number): void {
  const above = ranges.length - 1
  if (above > 0 && ranges[above] === from - 1) {
    ranges[above] = to
    return
  }
  let end = ranges.length
  while (end > 0 && ranges[end - 2]! > to + 1) end -= 2
  let start = end
  while (start > 0 && ranges[start - 1]! >= from - 1) start -= 2
  const low = start < end ? Math.min(from, ranges[start]!) : from
  const high = start < end ? Math.max(to, ranges[end - 1]!) : to
  ranges.splice(start, end - start, low, high)
}
