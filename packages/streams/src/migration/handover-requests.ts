import type { Log } from '@candlewick/kafka/log'
import type { Engine } from '../process/engine.ts'
import { countPartitions } from '../task/partition-count-check.ts'
import type { Tenure } from './residency.ts'

const LOOK_MS = 1000

/** Rule 14: asks for states that are long in coming, and asks again. Nothing is ever given up by time alone. */
export class Asker<State> {
  readonly #log: Log
  readonly #input: string
  readonly #partition: number
  readonly #askAfterMs: number
  /** Since when a state has been awaited, or when it was asked for last. */
  readonly #since = new WeakMap<Tenure<State>, number>()
  /** Since when it has been awaited here. */
  readonly #awaitedSince = new WeakMap<Tenure<State>, number>()
  #lookedAt = 0

  /** @param partition who asks, of the topic `input` */
  constructor(log: Log, input: string, partition: number, askAfterMs: number) {
    this.#log = log
    this.#input = input
    this.#partition = partition
    this.#askAfterMs = askAfterMs
  }

  /** @param now monotonic ms */
  async ask(engine: Engine<State>, now: number): Promise<void> {
    if (now - this.#lookedAt < LOOK_MS) return
    this.#lookedAt = now
    const awaiting = engine.awaiting()
    for (const { tenure } of awaiting) this.#note(tenure, now)
    const overdue = awaiting.filter(
      ({ tenure }) => tenure.from !== null && now - this.#since.get(tenure)! >= this.#askAfterMs,
    )
    if (overdue.length === 0) return
    const count = await countPartitions(this.#log, this.#input, this.#partition)
    for (const { key, tenure } of overdue) {
      const from = tenure.from!
      if (count !== undefined && from >= count) engine.deny(key, tenure)
      else {
        const { end } = await this.#log.offsets(this.#input, from)
        engine.ask(key, tenure, end - 1)
      }
      this.#since.set(tenure, now)
    }
  }

  #note(tenure: Tenure<State>, now: number): void {
    if (this.#since.has(tenure)) return
    this.#since.set(tenure, now)
    this.#awaitedSince.set(tenure, now)
  }

  /** How long the longest of them has been awaited. */
  longestMs(awaiting: readonly { readonly tenure: Tenure<State> }[], now: number): number {
    return Math.max(0, ...awaiting.map(({ tenure }) => now - (this.#awaitedSince.get(tenure) ?? now)))
  }
}
