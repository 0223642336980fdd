const NAMED_MAX = 10

/** @returns the first ten pairs for a message, and how many more there are. */
export function someOf(pairs: readonly string[]): string {
  const more = pairs.length > NAMED_MAX ? ` and ${pairs.length - NAMED_MAX} more` : ''
  return pairs.slice(0, NAMED_MAX).join(', ') + more
}
