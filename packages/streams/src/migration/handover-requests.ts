import type { Log } from '@candlewick/kafka/log'
import { isGranted } from './epoch.ts'
import { countPartitions } from './partition-count-check.ts'
import { isWithoutMarkers, type Residency } from './residency.ts'

/** How often residencies that await their state are checked. */
const LOOK_MS = 1000

/** Residencies that await their state, and the actions on them. */
export interface Awaiting<State> {
  awaiting(): readonly { readonly key: string; readonly residency: Residency<State> }[]
  /** @param after the last offset of the partition that is asked */
  ask(key: string, residency: Residency<State>, after: number): void
  startAnew(key: string, residency: Residency<State>): void
  /** Repeats a claim that was not answered. */
  claimAgain(key: string, residency: Residency<State>): void
  /** Grants claims of other partitions. */
  grantClaims(): void
}

/** Claims and questions for keys without markers are repeated this many times as often, because outputs wait for each answer. */
const CLAIMS_FASTER = 10

/**
 * Rule 14: asks the partition that a key came from for a state that is late, and asks again until there is an answer. No
 * state is given up because time has passed. Only a partition that does not exist cannot be asked: the key starts without a state.
 */
export class HandoverRequests<State> {
  readonly #log: Log
  readonly #input: string
  readonly #partition: number
  readonly #askAfterMs: number
  /** The time since which a state has been awaited here, or the time of the last question for it; monotonic ms. */
  readonly #since = new WeakMap<Residency<State>, number>()
  /** The time since which a state has been awaited here, monotonic ms. */
  readonly #awaitedSince = new WeakMap<Residency<State>, number>()
  #lookedAt = 0

  /** @param partition of the topic `input`, for whose task this asks */
  constructor(log: Log, input: string, partition: number, askAfterMs: number) {
    this.#log = log
    this.#input = input
    this.#partition = partition
    this.#askAfterMs = askAfterMs
  }

  /** @param now monotonic ms */
  async ask(partitionProcessor: Awaiting<State>, now: number): Promise<void> {
    if (now - this.#lookedAt < LOOK_MS) return
    this.#lookedAt = now
    partitionProcessor.grantClaims()
    const awaiting = partitionProcessor.awaiting()
    for (const { residency } of awaiting) this.#note(residency, now)
    const overdue = awaiting.filter(({ residency }) => now - this.#since.get(residency)! >= this.#repeatMs(residency))
    if (overdue.length === 0) return
    const count = await countPartitions(this.#log, this.#input, this.#partition)
    /** Ends by partition, each looked up once: a look-up for each of thousands of keys would keep the task from reading. */
    const ends = new Map<number, number>()
    for (const { key, residency } of overdue) {
      const { from } = residency
      if (from === null) partitionProcessor.claimAgain(key, residency)
      else if (count !== undefined && from >= count) partitionProcessor.startAnew(key, residency)
      else {
        const end = ends.get(from) ?? (await this.#log.offsets(this.#input, from)).end
        ends.set(from, end)
        partitionProcessor.ask(key, residency, end - 1)
      }
      this.#since.set(residency, now)
    }
  }

  /** Rule 23: a key without markers is handed over only when its state is asked for, so the first question is sent at once. */
  #note(residency: Residency<State>, now: number): void {
    if (this.#since.has(residency)) return
    this.#since.set(residency, isGranted(residency.epoch) ? Number.NEGATIVE_INFINITY : now)
    this.#awaitedSince.set(residency, now)
  }

  #repeatMs(residency: Residency<State>): number {
    return isWithoutMarkers(residency) ? this.#askAfterMs / CLAIMS_FASTER : this.#askAfterMs
  }

  /** @returns the longest time (ms) that one of these states has been awaited here. */
  longestMs(awaiting: readonly { readonly residency: Residency<State> }[], now: number): number {
    return Math.max(0, ...awaiting.map(({ residency }) => now - (this.#awaitedSince.get(residency) ?? now)))
  }
}
