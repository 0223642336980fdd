import type { Bar } from '@candlewick/indicators'

/** A step of a user's code: a module is loaded, a feature is made, a state begins, or a candle is processed. */
export type Step = 'load' | 'make' | 'initial' | 'update'
export const STEPS: readonly Step[] = ['update', 'load', 'make', 'initial']

/** Indices in the shared counters: a number that grows at the start and the end of each step, odd while one runs; the lengths of the two texts; the step. */
export const [CALLS, NAME_BYTES, SERIES_BYTES, STEP] = [0, 1, 2, 3]
const TEXT_BYTES = 512
/** Memory that the watchdog's thread sees: counters, the window's start, the name of the feature or module, pair and interval. */
export interface Shared {
  readonly counters: Int32Array<SharedArrayBuffer>
  readonly openMs: Float64Array<SharedArrayBuffer>
  readonly name: Uint8Array<SharedArrayBuffer>
  readonly series: Uint8Array<SharedArrayBuffer>
}

const encoder = new TextEncoder()

/** Notes what a user's code does, in memory that another thread can read, because an endless loop blocks this thread. */
class Running {
  readonly shared: Shared = {
    counters: new Int32Array(new SharedArrayBuffer(16)),
    openMs: new Float64Array(new SharedArrayBuffer(8)),
    name: new Uint8Array(new SharedArrayBuffer(TEXT_BYTES)),
    series: new Uint8Array(new SharedArrayBuffer(TEXT_BYTES)),
  }
  #name = ''
  #pair: string | undefined
  #interval: string | undefined

  /** A feature processes a candle. */
  enter(feature: string, { pair = '', interval = '', open_time_ms }: Bar): void {
    if (pair !== this.#pair || interval !== this.#interval) {
      this.#pair = pair
      this.#interval = interval
      const written = encoder.encodeInto(`${pair} ${interval}`, this.shared.series).written
      this.shared.counters[SERIES_BYTES] = written
    }
    this.shared.openMs[0] = open_time_ms
    this.#begin(0, feature)
  }

  leave(): void {
    Atomics.add(this.shared.counters, CALLS, 1)
  }

  /** Runs and notes a step that has no candle. Steps must not be nested. @param name of the module or the feature */
  during<T>(step: Exclude<Step, 'update'>, name: string, work: () => T): T {
    this.#begin(STEPS.indexOf(step), name)
    try {
      return work()
    } finally {
      this.leave()
    }
  }

  #begin(step: number, name: string): void {
    const { counters } = this.shared
    if (name !== this.#name) {
      this.#name = name
      counters[NAME_BYTES] = encoder.encodeInto(name, this.shared.name).written
    }
    counters[STEP] = step
    // Last, because this makes the writes before it visible to the other thread.
    Atomics.add(counters, CALLS, 1)
  }
}

export const running = new Running()
