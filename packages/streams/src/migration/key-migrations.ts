import type { PartitionOptions } from '../process/partition-options.ts'
import type { RecordCollector } from '../process/record-collector.ts'
import type { StateCodec } from '../state/changelog.ts'
import type { Keyed, KeyTable } from '../state/key-table.ts'
import type { Arrive, Ask, Handover, Move } from './control-records.ts'
import type { Held, Outcome } from './residency.ts'
import * as residency from './residency.ts'

/**
 * What marks, handovers and questions do to a partition's keys: the rules are in residency.ts, this keeps the key table, the
 * collector and the counts in step with them.
 */
export class KeyMigrations<State> {
  readonly #keys: KeyTable<State>
  readonly #collector: RecordCollector
  readonly #codec: StateCodec<State>
  readonly #count: PartitionOptions<State>['count']
  /** Questions that wait until the position has passed what they are about; whoever asks repeats itself. */
  readonly #asks = new Map<string, Ask>()
  /** Handovers that came early with a state that is to be warmed up: they count as come after the chunk of the arrival. */
  #earlyToWarmUp: Handover[] = []

  constructor(
    keys: KeyTable<State>,
    collector: RecordCollector,
    codec: StateCodec<State>,
    count: PartitionOptions<State>['count'],
  ) {
    this.#keys = keys
    this.#collector = collector
    this.#codec = codec
    this.#count = count
  }

  arrive(message: Arrive, offset: number): Keyed<State> {
    const keyed = this.#keys.obtain(message.pair)
    this.#earlyToWarmUp.push(
      ...residency.takeEarly(keyed.entry, message.epoch, state => this.#codec.needsWarmUp(state)),
    )
    this.#follow(keyed, residency.arrive(keyed.entry, message, offset, this.#codec))
    if (message.from !== null) this.#count('arrivals', 1)
    return keyed
  }

  move(message: Move, offset: number): void {
    const keyed = this.#keys.obtain(message.pair)
    this.#follow(keyed, residency.move(keyed.entry, message, offset))
  }

  /** @param position of the input: what was noted before it is read again */
  handover(message: Handover, position: number): void {
    const keyed = this.#keys.obtain(message.pair)
    this.#follow(keyed, residency.handover(keyed.entry, message, position, this.#codec))
    if (keyed.entry.residencies.some(t => t.reread !== null)) this.#keys.rereading.add(keyed)
    this.#passOn(keyed)
  }

  /** The chunk of their arrivals has been taken in. @returns whether there were any */
  takeEarlyToWarmUp(position: number): boolean {
    const messages = this.#earlyToWarmUp.splice(0)
    for (const message of messages) this.handover(message, position)
    return messages.length > 0
  }

  /** What was noted has been read to its end: keys go live, or on to where they were moved meanwhile. */
  endReread(): void {
    const done = [...this.#keys.rereading]
    this.#keys.rereading.clear()
    for (const keyed of done) {
      for (const t of keyed.entry.residencies) if (t.held) t.reread = null
      this.#passOn(keyed)
    }
  }

  asked(ask: Ask): void {
    this.#asks.set(`${ask.reply_to} ${ask.epoch} ${ask.pair}`, ask)
  }

  /** Denies, for good, the states that were asked for and that this partition, read to the position, can have no more. */
  answer(position: number): void {
    for (const [id, { pair, epoch, reply_to, after }] of this.#asks) {
      if (position <= after) continue
      this.#asks.delete(id)
      if (residency.canDeny(this.#keys.get(pair)?.entry, epoch)) this.#collector.handover(pair, epoch, reply_to, null)
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
      const state = held && this.#codec.pack(held as Held<State>)
      this.#collector.handover(keyed.entry.key, epoch, to, state)
    }
    this.#keys.touch(keyed)
    this.#keys.refresh(keyed)
  }
}
