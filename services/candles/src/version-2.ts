import type { Fold } from './fold.ts'
import { IDS_FROM, IDS_TO, LAG_MS, neverOpened, OPEN_MS, SEEN_MS, setTrades } from './open-window.ts'
import type { PairState3 } from './version-3.ts'

/** A state of version 2. It has a field for each number that `window` has now, and all ranges of ids in `counted`. */
export interface PairState2 extends Omit<PairState3, 'window'> {
  readonly open_ms: number | null
  readonly seen_ms: number
  readonly lag_ms: number
  readonly base: Fold
}

export function fromVersion2({ open_ms, seen_ms, lag_ms, base, ...same }: PairState2): PairState3 {
  const window = neverOpened()
  window[OPEN_MS] = open_ms ?? 0
  window[SEEN_MS] = seen_ms
  window[LAG_MS] = lag_ms
  setTrades(window, base)
  const counted = [...same.counted]
  const [from, to] = counted.splice(-2)
  if (from !== undefined && to !== undefined) {
    window[IDS_FROM] = from
    window[IDS_TO] = to
  }
  return { ...same, window, counted }
}
