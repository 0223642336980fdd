/** A topic and its number of partitions. */
export interface Sized {
  readonly name: string
  readonly partitions: number
}

/**
 * Advice for somebody who has added partitions to a topic. The pairs of a topic move to its new partitions, and the pairs of the
 * next one follow only when that has grown afterwards.
 * @param before the topic that this one is made of
 * @param after the topic that is made of this one
 * @returns sentences; none if there is nothing more to do
 */
export function adviceAfterGrowth(grown: Sized, before: Sized | undefined, after: Sized | undefined): string[] {
  if (before && before.partitions < grown.partitions)
    return [
      `${grown.name} now has more partitions than ${before.name} (${before.partitions}), so the new ones stay empty. All candles and rows`,
      `stay right. Add partitions to ${before.name} first next time; ${grown.name} uses them when it grows after that.`,
    ]
  if (after && after.partitions < grown.partitions)
    return [
      `Add as many to ${after.name} if its readers have too much to do, as soon as the pairs have moved (the log of their writer says`,
      `"moves from partition"): ${after.name} has ${after.partitions}. In another order its new partitions would stay empty.`,
    ]
  return []
}
