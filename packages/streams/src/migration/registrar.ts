import type { RecordCollector } from '../process/record-collector.ts'
import type { KeyTable } from '../state/key-table.ts'
import { REGISTRAR, register, registrationOf } from './claims.ts'
import type { Claim } from './control-records.ts'
import type { KeyMigrations } from './key-migrations.ts'
import { openResidency } from './residency.ts'
import { answerToVoid, supersededBy } from './superseded-states.ts'

/**
 * Rule 21: grants claims, in the task of the registrar's partition. The first claims of a key wait for one to two looks, so
 * that in a group that starts on existing records the partition with the oldest records comes first.
 */
export class Registrar<State> {
  readonly #keys: KeyTable<State>
  readonly #collector: RecordCollector
  readonly #migrations: KeyMigrations<State>
  /** Waiting claims by key. They need not be stored, because claims are repeated until they are answered. */
  readonly #waiting = new Map<string, Omit<Claim, 'group'>[]>()
  /** Keys with claims that were waiting already at the last look. */
  #ripe: readonly string[] = []

  constructor(keys: KeyTable<State>, collector: RecordCollector, migrations: KeyMigrations<State>) {
    this.#keys = keys
    this.#collector = collector
    this.#migrations = migrations
  }

  /** @param position of this partition's input */
  claimed(claim: Omit<Claim, 'group'>, position: number): void {
    const { pair } = claim
    const waiting = this.#waiting.get(pair)
    const entry = this.#keys.get(pair)?.entry
    if (waiting) waiting.push(claim)
    else if (entry && registrationOf(entry)) this.#grant(claim, position)
    else this.#waiting.set(pair, [claim])
  }

  /** Grants the claims that were waiting already at the last look. Call it about once a second. */
  look(position: number): void {
    for (const pair of this.#ripe) {
      const claims = this.#waiting.get(pair) ?? []
      this.#waiting.delete(pair)
      for (const claim of claims.sort((a, b) => a.since_ms - b.since_ms)) this.#grant(claim, position)
    }
    this.#ripe = [...this.#waiting.keys()]
  }

  #grant(claim: Omit<Claim, 'group'>, position: number): void {
    const { pair, partition, offset } = claim
    const keyed = this.#keys.obtain(pair)
    this.#migrations.dropOlder(keyed, claim)
    const before = registrationOf(keyed.entry)
    const registered = register(keyed.entry, claim)
    this.#keys.touch(keyed)
    if (!registered) return
    const own = keyed.entry.registration ? null : openResidency(keyed.entry)?.held
    const ownMs = own ? this.#migrations.seenMs(own) : undefined
    const answer = { ...registered, ...answerToVoid(before, claim, registered, ownMs) }
    const superseded = supersededBy(before, claim, answer)
    if (superseded) this.#collector.grant(pair, superseded.to, superseded.answer)
    if (partition === REGISTRAR) this.#migrations.granted({ pair, offset, ...answer }, position)
    else this.#collector.grant(pair, partition, { offset, ...answer })
  }
}
