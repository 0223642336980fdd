import type { Engine } from './engine.ts'
import { countPartitions } from './extent.ts'
import type { Log } from './log.ts'
import type { Tenure } from './tenure.ts'

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
    for (const { key, tenure } of engine.awaiting()) {
      const since = this.#since.get(tenure) ?? now
      if (since === now) this.#since.set(tenure, now)
      if (!this.#awaitedSince.has(tenure)) this.#awaitedSince.set(tenure, now)
      if (now - since < this.#askAfterMs || tenure.from === null) continue
      await this.#askFor(engine, key, tenure, tenure.from)
      this.#since.set(tenure, now)
    }
  }

  async #askFor(engine: Engine<State>, key: string, tenure: Tenure<State>, from: number): Promise<void> {
    const count = await countPartitions(this.#log, this.#input, this.#partition)
    if (count !== undefined && from >= count) return engine.deny(key, tenure)
    const { end } = await this.#log.offsets(this.#input, from)
    engine.ask(key, tenure, end - 1)
  }

  /** How long the longest of them has been awaited. */
  longestMs(awaiting: readonly { readonly tenure: Tenure<State> }[], now: number): number {
    return Math.max(0, ...awaiting.map(({ tenure }) => now - (this.#awaitedSince.get(tenure) ?? now)))
  }
}
