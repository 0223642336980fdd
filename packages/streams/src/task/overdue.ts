import type { Processor } from '../processor.ts'
import type { Keyed } from '../state/key-table.ts'

/** An output is overdue so long after it was due, and of a key that nobody writes any more not for ever. */
const OVERDUE_MS = { least: 10_000, most: 3_600_000 }

/** @returns how many keys' next output should have been there some time before `wallMs`. */
export function countOverdue<State>(
  keys: Iterable<Keyed<State>>,
  { nextDueMs }: Processor<State>,
  wallMs: number,
): number {
  let overdue = 0
  for (const { live } of nextDueMs ? keys : []) {
    const lateMs = wallMs - ((live && nextDueMs?.(live.held.state)) ?? wallMs)
    if (lateMs > OVERDUE_MS.least && lateMs < OVERDUE_MS.most) overdue++
  }
  return overdue
}
