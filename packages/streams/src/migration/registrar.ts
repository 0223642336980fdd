import type { RecordCollector } from '../process/record-collector.ts'
import type { KeyTable } from '../state/key-table.ts'
import { REGISTRAR, register, registrationOf } from './claims.ts'
import type { Claim, Report } from './control-records.ts'
import type { KeyMigrations } from './key-migrations.ts'
import { openResidency } from './residency.ts'
import { answerToVoid, supersededBy } from './superseded-states.ts'
import type { Survey } from './survey.ts'

/**
 * Rule 21: grants claims, in the task of the registrar's partition. The first claims of a key wait until every partition has
 * reported (rule 25), and for one to two looks, so that in a group that starts on existing records the partition with the oldest
 * records comes first.
 */
export class Registrar<State> {
  readonly #keys: KeyTable<State>
  readonly #collector: RecordCollector
  readonly #migrations: KeyMigrations<State>
  readonly #survey: Survey
  /** Waiting claims by key. They need not be stored, because claims are repeated until they are answered. */
  readonly #waiting = new Map<string, Omit<Claim, 'group'>[]>()
  /** Keys with claims that were waiting already at the last look. */
  #ripe: readonly string[] = []

  constructor(keys: KeyTable<State>, collector: RecordCollector, migrations: KeyMigrations<State>, survey: Survey) {
    this.#keys = keys
    this.#collector = collector
    this.#migrations = migrations
    this.#survey = survey
  }

  /** @param position of this partition's input */
  claimed(claim: Omit<Claim, 'group'>, position: number): void {
    const { pair } = claim
    const waiting = this.#waiting.get(pair)
    const entry = this.#keys.get(pair)?.entry
    const isFirst = !entry?.registration && !(this.#survey.isComplete && entry && registrationOf(entry))
    if (waiting) this.#waiting.set(pair, withClaim(waiting, claim))
    else if (!isFirst) this.#grant(claim, position)
    else this.#waiting.set(pair, [claim])
  }

  /** Receives a partition's report that it has claimed its states. */
  reported(report: Report): void {
    this.#survey.reported(report)
  }

  /**
   * Rule 25: whether a key of the registrar's partition that was never claimed stays here. If that is not known yet, the partitions
   * are asked.
   */
  keeps(pair: string): boolean {
    if (this.#survey.isComplete) return !this.#waiting.has(pair)
    this.#survey.begin(pair)
    return false
  }

  /** Grants the claims that were waiting already at the last look. Call it about once a second. */
  look(position: number): void {
    const [waiting] = this.#waiting.keys()
    if (waiting !== undefined) this.#survey.begin(waiting)
    this.#survey.look()
    const ripe = this.#survey.isComplete ? this.#ripe : []
    for (const pair of ripe) {
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

/** @returns the claims with another one; if it repeats one of them, the one with the lower `since_ms` stays, so that they are bounded. */
function withClaim<C extends Omit<Claim, 'group'>>(claims: readonly C[], claim: C): C[] {
  const repeated = claims.find(({ partition, offset }) => partition === claim.partition && offset === claim.offset)
  if (!repeated) return [...claims, claim]
  return claims.map(other => (other === repeated && claim.since_ms < other.since_ms ? claim : other))
}
