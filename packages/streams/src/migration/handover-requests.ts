import type { Log } from '@candlewick/kafka/log'
import type { PartitionProcessor } from '../process/partition-processor.ts'
import { countPartitions } from './partition-count-check.ts'
import type { Residency } from './residency.ts'

const LOOK_MS = 1000

/** Rule 14: asks for states that are long in coming, and asks again. Nothing is ever given up by time alone. */
export class HandoverRequests<State> {
  readonly #log: Log
  readonly #input: string
  readonly #partition: number
  readonly #askAfterMs: number
  /** Since when a state has been awaited, or when it was asked for last. */
  readonly #since = new WeakMap<Residency<State>, number>()
  /** Since when it has been awaited here. */
  readonly #awaitedSince = new WeakMap<Residency<State>, number>()
  #lookedAt = 0

  /** @param partition who asks, of the topic `input` */
  constructor(log: Log, input: string, partition: number, askAfterMs: number) {
    this.#log = log
    this.#input = input
    this.#partition = partition
    this.#askAfterMs = askAfterMs
  }

  /** @param now monotonic ms */
  async ask(partitionProcessor: PartitionProcessor<State>, now: number): Promise<void> {
    if (now - this.#lookedAt < LOOK_MS) return
    this.#lookedAt = now
    const awaiting = partitionProcessor.awaiting()
    for (const { residency } of awaiting) this.#note(residency, now)
    const overdue = awaiting.filter(
      ({ residency }) => residency.from !== null && now - this.#since.get(residency)! >= this.#askAfterMs,
    )
    if (overdue.length === 0) return
    const count = await countPartitions(this.#log, this.#input, this.#partition)
    for (const { key, residency } of overdue) {
      const from = residency.from!
      if (count !== undefined && from >= count) partitionProcessor.startAnew(key, residency)
      else {
        const { end } = await this.#log.offsets(this.#input, from)
        partitionProcessor.ask(key, residency, end - 1)
      }
      this.#since.set(residency, now)
    }
  }

  #note(residency: Residency<State>, now: number): void {
    if (this.#since.has(residency)) return
    this.#since.set(residency, now)
    this.#awaitedSince.set(residency, now)
  }

  /** How long the longest of them has been awaited. */
  longestMs(awaiting: readonly { readonly residency: Residency<State> }[], now: number): number {
    return Math.max(0, ...awaiting.map(({ residency }) => now - (this.#awaitedSince.get(residency) ?? now)))
  }
}
