import type { RecordCollector } from '../process/record-collector.ts'
import type { Keyed, KeyTable } from '../state/key-table.ts'
import type { StateCodec } from '../state/state-codec.ts'
import * as claims from './claims.ts'
import type { Arrive, Ask, Claim, Grant, Handover, Move } from './control-records.ts'
import { isGranted } from './epoch.ts'
import type { HeldResidency, HeldState, Outcome } from './residency.ts'
import * as residency from './residency.ts'
import { dropOlder, objection } from './superseded-states.ts'

/**
 * Applies markers, handovers and questions to a partition's keys. The rules themselves are in residency.ts; this keeps
 * the key table, the record collector and the counts in step with them.
 */
export class KeyMigrations<State> {
  readonly #keys: KeyTable<State>
  readonly #collector: RecordCollector
  readonly #codec: StateCodec<State>
  readonly #count: (name: string, by: number) => void
  /** Questions that wait until the position has passed their `after`. They need not be stored, because they are repeated. */
  readonly #asks = new Map<string, Ask>()
  /** Early handovers whose state needs warm-up: they are applied after the chunk that has their arrival. */
  #earlyToWarmUp: Handover[] = []

  constructor(
    keys: KeyTable<State>,
    collector: RecordCollector,
    codec: StateCodec<State>,
    count: (name: string, by: number) => void,
  ) {
    this.#keys = keys
    this.#collector = collector
    this.#codec = codec
    this.#count = count
  }

  /** @param offset of the record. @returns the key. @throws StateRefused */
  arrive(message: Arrive, offset: number): Keyed<State> {
    const keyed = this.#keys.obtain(message.pair)
    this.#earlyToWarmUp.push(
      ...residency.takeEarly(keyed.entry, message.epoch, state => this.#codec.needsWarmUp(state)),
    )
    this.#follow(keyed, residency.arrive(keyed.entry, message, offset, this.#codec))
    if (message.from !== null) this.#count('arrivals', 1)
    return keyed
  }

  /** @param offset of the record */
  move(message: Move, offset: number): void {
    const keyed = this.#keys.obtain(message.pair)
    this.#follow(keyed, residency.move(keyed.entry, message, offset))
  }

  /** @param position of the input: records that were skipped before it are read again. @throws StateRefused */
  handover(message: Handover, position: number): void {
    const keyed = this.#keys.obtain(message.pair)
    this.#follow(keyed, residency.handover(keyed.entry, message, position, this.#codec))
    this.#startReread(keyed)
  }

  /** Rule 10, in a topic of one partition. @param offset of the key's first record. @returns the residency, which is live */
  startAlone(keyed: Keyed<State>, offset: number): HeldResidency<State> {
    const started = claims.startAlone(keyed.entry, offset, this.#codec)
    this.#follow(keyed, { count: 'unmarked_keys' })
    return started
  }

  /** @returns the newest time that the state has seen, Unix ms. */
  seenMs(held: HeldState<State>): number {
    return this.#codec.seenMs(held)
  }

  /** Rule 21, in the registrar's partition. */
  dropOlder(keyed: Keyed<State>, claim: Pick<Claim, 'held' | 'since_ms'>): void {
    const outcome = dropOlder(keyed.entry, claim, held => this.#codec.seenMs(held))
    if (outcome.count) this.#follow(keyed, outcome)
  }

  /** Rule 22. @param position of the input: records that were skipped before it are read again. @throws StateRefused */
  granted(message: Omit<Grant, 'group'>, position: number): void {
    const keyed = this.#keys.get(message.pair)
    const objected = keyed && objection(keyed.entry, message, held => this.#codec.seenMs(held))
    if (!keyed) this.#count('grants_ignored', 1)
    else if (objected) this.#collector.claim(message.pair, objected)
    else {
      this.#follow(keyed, claims.grant(keyed.entry, message, position, this.#codec))
      this.#startReread(keyed)
    }
  }

  #startReread(keyed: Keyed<State>): void {
    if (keyed.entry.residencies.some(r => r.reread !== null)) this.#keys.rereading.add(keyed)
    this.#passOn(keyed)
  }

  /** Applies early handovers after the chunk that has their `arrive` is processed. @returns whether there were any */
  applyEarlyToWarmUp(position: number): boolean {
    const messages = this.#earlyToWarmUp.splice(0)
    for (const message of messages) this.handover(message, position)
    return messages.length > 0
  }

  /** Call it when all skipped records were read again. Keys become live, or are handed over to the partition to which they have moved meanwhile. */
  endReread(): void {
    const done = [...this.#keys.rereading]
    this.#keys.rereading.clear()
    for (const keyed of done) {
      for (const r of keyed.entry.residencies) if (r.held) r.reread = null
      this.#passOn(keyed)
    }
  }

  /** Notes a question. If it is repeated, its lowest `after` counts: repetitions name later offsets, and a lagging task that waited for them would never answer. */
  asked(ask: Ask): void {
    const id = `${ask.reply_to} ${ask.epoch} ${ask.pair}`
    const known = this.#asks.get(id)
    if (!known || ask.after < known.after) this.#asks.set(id, ask)
  }

  /**
   * Answers questions that this partition has read far enough for: it denies states that it will never hand over (rule 14),
   * and hands over keys without markers that were granted to another partition (rule 23).
   */
  answer(position: number): void {
    for (const [id, { pair, epoch, reply_to, after }] of this.#asks) {
      if (position <= after) continue
      this.#asks.delete(id)
      const keyed = this.#keys.get(pair)
      if (keyed && isGranted(epoch)) this.#follow(keyed, claims.release(keyed.entry, { epoch, to: reply_to }, position))
      else if (residency.canDeny(keyed?.entry, epoch)) this.#collector.handover(pair, epoch, reply_to, null)
    }
  }

  #passOn(keyed: Keyed<State>): void {
    for (const outcome of residency.passOn(keyed.entry)) this.#follow(keyed, outcome)
    this.#keys.refresh(keyed)
  }

  #follow(keyed: Keyed<State>, outcome: Outcome): void {
    if (outcome.count) this.#count(outcome.count, 1)
    if (outcome.pass) {
      const { to, epoch, held } = outcome.pass
      const state = held && this.#codec.pack(held as HeldState<State>, isGranted(epoch))
      this.#collector.handover(keyed.entry.key, epoch, to, state)
    }
    this.#keys.touch(keyed)
    this.#keys.refresh(keyed)
  }
}
