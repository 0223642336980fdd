import { isWithoutMarkers } from '../migration/residency.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { PartitionOptions } from './partition-options.ts'
import type { RecordCollector } from './record-collector.ts'
import type { UnmarkedKeys } from './unmarked-keys.ts'

/**
 * An output counts as overdue between these times after it was due. The upper bound excludes keys that nobody writes any more,
 * which would be overdue for ever.
 */
const OVERDUE_MS = { min: 10_000, max: 3_600_000 }

/** A partition's outputs that become due because time has passed, and the count of outputs that are overdue by the clock. */
export class TimedOutputs<State> {
  readonly #o: PartitionOptions<State>
  readonly #keys: KeyTable<State>
  readonly #collector: RecordCollector
  readonly #unmarked: UnmarkedKeys<State>

  constructor(
    options: PartitionOptions<State>,
    keys: KeyTable<State>,
    collector: RecordCollector,
    unmarked: UnmarkedKeys<State>,
  ) {
    this.#o = options
    this.#keys = keys
    this.#collector = collector
    this.#unmarked = unmarked
  }

  /** Puts the unfinished outputs of keys that have changed since the last time on the live topic. */
  showLive(): void {
    const { processor, topics } = this.#o
    const unshown = this.#keys.takeUnshown()
    if (!topics.live || !processor.live) return
    for (const { entry, live } of unshown) {
      if (!live) continue
      for (const value of processor.live(live.held.state)) this.#collector.live(topics.live, entry.key, value)
    }
  }

  /**
   * Appends the watermark to the input that the key's writer should have written, for keys without a record since
   * `idleSince` (monotonic ms) whose open window had ended at `wallMs` (Unix ms). Keys of which another partition may have a
   * newer state are left out (rule 25).
   * @param mayBeElsewhere whether to leave out keys without markers, because they may have records in another partition
   */
  closeIdle(idleSince: number, wallMs: number, mayBeElsewhere = false): void {
    const { processor } = this.#o
    for (const { entry, live, seenAt } of this.#keys.values()) {
      if (!live || seenAt > idleSince || (mayBeElsewhere && isWithoutMarkers(live))) continue
      const watermark = processor.idleWatermark?.(live.held.state, wallMs) ?? null
      if (watermark !== null && this.#unmarked.isOnlyOne(entry.key, live))
        this.#collector.watermark(entry.key, watermark)
    }
  }

  /** @returns the number of keys whose next output is overdue at `wallMs` (Unix ms). */
  overdue(wallMs: number): number {
    const { nextDueMs } = this.#o.processor
    if (!nextDueMs) return 0
    let overdue = 0
    for (const { live } of this.#keys.values()) {
      const lateMs = wallMs - ((live && nextDueMs(live.held.state)) ?? wallMs)
      if (lateMs > OVERDUE_MS.min && lateMs < OVERDUE_MS.max) overdue++
    }
    return overdue
  }
}
