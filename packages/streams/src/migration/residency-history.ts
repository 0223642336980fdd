import type { LogRecord } from '@candlewick/kafka/log'
import { Rejected } from '../processor.ts'
import { asArrive, asMove, controlValue } from './control-records.ts'
import { compareEpochs, type Epoch } from './epoch.ts'

/** A stretch of a partition with a key's records: one stay of the key there, or what retention has left of it. */
export interface Stay {
  readonly partition: number
  /** Offsets, `to` exclusive. */
  readonly from: number
  to: number
  /** Whether the key was born here, so that nothing before it counts. */
  readonly birth: boolean
  /** When its first record was written, Unix ms. */
  readonly since: number
  /** Under which the key left; null where it has not, or where its writer marks nothing. */
  left: Epoch | null
}

/** Where the records of some keys lie, found by reading all partitions, one after the other. */
export class Stays {
  readonly #keys: ReadonlySet<string>
  readonly #found = new Map<string, Stay[]>()

  constructor(keys: ReadonlySet<string>) {
    this.#keys = keys
  }

  /** Records of a partition, in order. */
  take(partition: number, records: readonly LogRecord[]): void {
    for (const record of records) {
      const { key, offset } = record
      if (key === null || !this.#keys.has(key)) continue
      const kind = record.headers?.control
      const last = this.#last(key, partition)
      if (kind === 'arrive' || kind === 'move') this.#mark(key, partition, record, kind)
      else if (last?.left === null) last.to = offset + 1
      else if (last === undefined) this.#begin(key, partition, record, false)
    }
  }

  /** @returns the key's stays from its last birth on, oldest first. */
  of(key: string): readonly Stay[] {
    const stays = (this.#found.get(key) ?? []).toSorted(compare)
    const birth = stays.findLastIndex(stay => stay.birth)
    if (birth === -1) return stays
    // A stay that was lost has no end: it is told by its age.
    return stays.slice(birth).filter(({ left, since }) => left !== null || since >= stays[birth]!.since)
  }

  #last(key: string, partition: number): Stay | undefined {
    const last = this.#found.get(key)?.at(-1)
    return last?.partition === partition ? last : undefined
  }

  #begin(key: string, partition: number, { offset, timestamp }: LogRecord, birth: boolean): void {
    const stay = { partition, from: offset, to: offset + 1, birth, since: timestamp, left: null }
    const stays = this.#found.get(key)
    if (stays) stays.push(stay)
    else this.#found.set(key, [stay])
  }

  /** What is malformed went to the dead letters when it was read first. */
  #mark(key: string, partition: number, record: LogRecord, kind: 'arrive' | 'move'): void {
    try {
      const value = controlValue(record)
      const last = this.#last(key, partition)
      if (kind === 'arrive') this.#begin(key, partition, record, asArrive(value).from === null)
      else if (last) last.left ??= asMove(value).epoch
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
    }
  }
}

/** A stay that has not ended is the newest; of several, for want of marks, the one that began last. */
function compare(a: Stay, b: Stay): number {
  if (a.left && b.left) return compareEpochs(a.left, b.left)
  if (a.left || b.left) return a.left ? -1 : 1
  return a.since - b.since
}
