import type { LogRecord, OutRecord } from '@candlewick/kafka/log'
import { Rejected } from '../processor.ts'
import { partsOf } from '../state/parts.ts'

const PART = /^(\d{1,6})\/(\d{1,6})$/

/** @returns the record, or several records with parts of its value if it is too large for one. Write all in one transaction. */
export function inParts(record: OutRecord, bytesMax: number, epoch: string): readonly OutRecord[] {
  const parts = typeof record.value === 'string' ? partsOf(record.value, bytesMax) : null
  if (!parts) return [record]
  const headers = (i: number) => ({ ...record.headers, part: `${i}/${parts.length}`, part_of: epoch })
  return parts.map((value, i) => ({ ...record, value, headers: headers(i) }))
}

interface Unfinished {
  /** The offset of the first part. */
  readonly from: number
  readonly count: number
  readonly parts: Buffer[]
}

/**
 * Joins handovers that were written in parts. The position in the handovers topic stays before the first part until the last
 * part is read: parts are only in memory, and have to be read again after a crash.
 */
export class HandoverParts {
  readonly #unfinished = new Map<string, Unfinished>()

  /** @returns the position to store when `next` is the next offset: before the first part of every unfinished handover */
  positionAt(next: number): number {
    return Math.min(next, ...[...this.#unfinished.values()].map(({ from }) => from))
  }

  /** Drops unfinished handovers that began before `start`, because retention may have deleted their last parts. The task asks for them again. */
  truncate(start: number): void {
    for (const [name, { from }] of this.#unfinished) if (from < start) this.#unfinished.delete(name)
  }

  /** @returns the whole record; undefined until its last part is read. A record that is not a part is whole. @throws Rejected */
  join(record: LogRecord): LogRecord | undefined {
    const { part, part_of } = record.headers ?? {}
    if (part === undefined) return record
    const [, at, of] = PART.exec(part)?.map(Number) ?? []
    if (at === undefined || of === undefined || at >= of)
      throw new Rejected('malformed', `the header part of a handover is ${part}, which is not I/N with I below N`)
    const name = JSON.stringify([record.key, part_of])
    const known = this.#unfinished.get(name) ?? { from: record.offset, count: of, parts: [] }
    // A reader may repeat records.
    if (at < known.parts.length) return undefined
    if (at > known.parts.length || of !== known.count) {
      this.#unfinished.delete(name)
      throw new Rejected('malformed', `part ${part} of a handover comes without the part before it`)
    }
    this.#unfinished.set(name, known)
    known.parts.push(Buffer.from(record.value ?? ''))
    if (known.parts.length < of) return undefined
    this.#unfinished.delete(name)
    const { offset, timestamp, key, headers } = record
    return { offset, timestamp, key, headers, value: Buffer.concat(known.parts) }
  }
}
