import type { LogRecord } from '@candlewick/kafka/log'
import { Rejected } from '../processor.ts'
import { asArrive, asMove, controlValue } from './control-records.ts'
import { compareEpochs, type Epoch } from './epoch.ts'

/** A stretch of a partition with a key's records: one residency of the key there, or what retention has left of it. */
export interface PastResidency {
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
export class ResidencyHistories {
  readonly #keys: ReadonlySet<string>
  readonly #found = new Map<string, PastResidency[]>()

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

  /** @returns the key's residencies from its last birth on, oldest first. */
  of(key: string): readonly PastResidency[] {
    const residencies = (this.#found.get(key) ?? []).toSorted(compare)
    const birth = residencies.findLastIndex(residency => residency.birth)
    if (birth === -1) return residencies
    // A residency that was lost has no end: it is told by its age.
    return residencies.slice(birth).filter(({ left, since }) => left !== null || since >= residencies[birth]!.since)
  }

  #last(key: string, partition: number): PastResidency | undefined {
    const last = this.#found.get(key)?.at(-1)
    return last?.partition === partition ? last : undefined
  }

  #begin(key: string, partition: number, { offset, timestamp }: LogRecord, birth: boolean): void {
    const residency = { partition, from: offset, to: offset + 1, birth, since: timestamp, left: null }
    const residencies = this.#found.get(key)
    if (residencies) residencies.push(residency)
    else this.#found.set(key, [residency])
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

/** A residency that has not ended is the newest; of several, for want of marks, the one that began last. */
function compare(a: PastResidency, b: PastResidency): number {
  if (a.left && b.left) return compareEpochs(a.left, b.left)
  if (a.left || b.left) return a.left ? -1 : 1
  return a.since - b.since
}
