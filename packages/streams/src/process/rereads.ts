import type { LogRecord } from '@candlewick/kafka/log'
import type { KeyMigrations } from '../migration/key-migrations.ts'
import { parseControlAgain } from '../migration/parse-control.ts'
import type { HeldResidency } from '../migration/residency.ts'
import type { Processor } from '../processor.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { ProcessorRunner } from './processor-runner.ts'

/** A range of offsets, `to` exclusive. */
export interface OffsetRange {
  readonly from: number
  readonly to: number
}

/**
 * Processes the records of a key that were skipped while its state was awaited (rule 12). One pass over the input serves all
 * keys whose states have arrived. Each key continues at the offset that its own re-read had reached.
 */
export class Rereads<State> {
  readonly #processor: Processor<State>
  readonly #keys: KeyTable<State>
  readonly #migrations: KeyMigrations<State>
  readonly #runner: ProcessorRunner<State>

  constructor(
    processor: Processor<State>,
    keys: KeyTable<State>,
    migrations: KeyMigrations<State>,
    runner: ProcessorRunner<State>,
  ) {
    this.#processor = processor
    this.#keys = keys
    this.#migrations = migrations
    this.#runner = runner
  }

  /** @returns the range of the input, read up to `position`, that has skipped records; null if there are none. */
  range(position: number): OffsetRange | null {
    let from = Number.POSITIVE_INFINITY
    let to = 0
    for (const { entry } of this.#keys.rereading)
      for (const { reread, end } of entry.residencies)
        if (reread !== null) {
          from = Math.min(from, reread)
          to = Math.max(to, end ?? position)
        }
    return to > 0 ? { from, to } : null
  }

  /**
   * Processes the records of the range that were skipped.
   * @param next the offset after the records
   * @param position of the input
   * @throws ProcessorFailed
   */
  take(records: readonly LogRecord[], next: number, position: number, nowMs: number): void {
    for (const record of records) this.#take(record, position, nowMs)
    for (const keyed of this.#keys.rereading) {
      for (const r of keyed.entry.residencies) if (r.reread !== null) r.reread = Math.max(r.reread, next)
      this.#keys.touch(keyed)
    }
  }

  #take(record: LogRecord, position: number, nowMs: number): void {
    const keyed = this.#keys.get(record.key)
    if (!keyed || !this.#keys.rereading.has(keyed)) return
    const { offset } = record
    const r = keyed.entry.residencies.find(
      ({ reread, end }) => reread !== null && offset >= reread && offset < (end ?? position),
    )
    if (!r?.held) return
    const held = r as HeldResidency<State>
    const kind = record.headers?.control
    if (kind === undefined) this.#runner.data(keyed, held, record, nowMs)
    else {
      const control = parseControlAgain(record)
      if (!control) this.#runner.missed(keyed, held, record)
      else if (kind !== 'arrive' && kind !== 'move' && 'message' in control)
        this.#runner.control(keyed, held, control.message, record)
    }
  }

  /** Call it when the range was read to its end. */
  end(): void {
    this.#migrations.endReread()
  }

  /** Retention has deleted skipped records before `start`. @returns at most how many, if the range began at `from` */
  truncate(start: number, from: number): number {
    for (const { entry } of this.#keys.rereading)
      for (const { reread, held } of entry.residencies)
        if (held && reread !== null && reread < start) this.#processor.missed?.(held.state)
    return Math.max(0, start - from)
  }
}
