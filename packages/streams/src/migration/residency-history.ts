import type { LogRecord } from '@candlewick/kafka/log'
import { compareEpochs, type Epoch } from './epoch.ts'
import { type Control, parseControlAgain } from './parse-control.ts'

/** A range of a partition with records of a key: one residency, or the part of it that retention has left. */
export interface PastResidency {
  readonly partition: number
  /** Offsets, `to` exclusive. */
  readonly from: number
  to: number
  /** Whether the key has its birth here, so that earlier records do not count. */
  readonly birth: boolean
  /** When its first record was written, Unix ms. */
  readonly since: number
  /** The epoch of the `move` that ended it; null if none was read. */
  left: Epoch | null
}

/** Finds the residencies of some keys, from all partitions of their topic, which are read one after the other. */
export class ResidencyHistories {
  readonly #keys: ReadonlySet<string>
  readonly #found = new Map<string, PastResidency[]>()

  constructor(keys: ReadonlySet<string>) {
    this.#keys = keys
  }

  /** Notes records of a partition. Pass them in order. */
  take(partition: number, records: readonly LogRecord[]): void {
    for (const record of records) {
      const { key, offset } = record
      if (key === null || !this.#keys.has(key)) continue
      const kind = record.headers?.control
      const last = this.#last(key, partition)
      if (kind === 'arrive' || kind === 'move') this.#mark(key, partition, record)
      else if (last?.left === null) last.to = offset + 1
      else if (last === undefined) this.#begin(key, partition, record, false)
    }
  }

  /** @returns the key's residencies from its last birth on, oldest first. */
  of(key: string): readonly PastResidency[] {
    const residencies = (this.#found.get(key) ?? []).toSorted(compare)
    const birth = residencies.findLastIndex(r => r.birth)
    if (birth === -1) return residencies
    // A residency that was lost has no end, so its age decides whether it is older than the birth.
    return residencies.slice(birth).filter(({ left, since }) => left !== null || since >= residencies[birth]!.since)
  }

  #last(key: string, partition: number): PastResidency | undefined {
    const last = this.#found.get(key)?.at(-1)
    return last?.partition === partition ? last : undefined
  }

  #begin(key: string, partition: number, { offset, timestamp }: LogRecord, birth: boolean): void {
    const begun = { partition, from: offset, to: offset + 1, birth, since: timestamp, left: null }
    const residencies = this.#found.get(key)
    if (residencies) residencies.push(begun)
    else this.#found.set(key, [begun])
  }

  #mark(key: string, partition: number, record: LogRecord): void {
    const control: Control | null = parseControlAgain(record)
    const last = this.#last(key, partition)
    if (control?.kind === 'arrive') this.#begin(key, partition, record, control.message.from === null)
    else if (control?.kind === 'move' && last) last.left ??= control.message.epoch
  }
}

/** Orders by epoch. A residency that has not ended is the newest; if there are several, the one that began last. */
function compare(a: PastResidency, b: PastResidency): number {
  if (a.left && b.left) return compareEpochs(a.left, b.left)
  if (a.left || b.left) return a.left ? -1 : 1
  return a.since - b.since
}
