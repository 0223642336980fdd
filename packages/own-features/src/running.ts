import type { Bar } from '@candlewick/indicators'

/** Indices in the shared counters: a number that grows at the start and the end of each call, odd while one runs; the lengths of the two texts. */
export const [CALLS, FEATURE_BYTES, SERIES_BYTES] = [0, 1, 2]
const TEXT_BYTES = 512
/** Memory that the watchdog's thread sees: counters, the window's start, feature, pair and interval. */
export interface Shared {
  readonly counters: Int32Array<SharedArrayBuffer>
  readonly openMs: Float64Array<SharedArrayBuffer>
  readonly feature: Uint8Array<SharedArrayBuffer>
  readonly series: Uint8Array<SharedArrayBuffer>
}

const encoder = new TextEncoder()

/** Notes which user's feature runs at which candle, in memory that another thread can read, because an endless loop blocks this thread. */
class Running {
  readonly shared: Shared = {
    counters: new Int32Array(new SharedArrayBuffer(12)),
    openMs: new Float64Array(new SharedArrayBuffer(8)),
    feature: new Uint8Array(new SharedArrayBuffer(TEXT_BYTES)),
    series: new Uint8Array(new SharedArrayBuffer(TEXT_BYTES)),
  }
  #feature = ''
  #pair: string | undefined
  #interval: string | undefined

  enter(feature: string, { pair = '', interval = '', open_time_ms }: Bar): void {
    const { counters, openMs } = this.shared
    if (feature !== this.#feature) {
      this.#feature = feature
      counters[FEATURE_BYTES] = encoder.encodeInto(feature, this.shared.feature).written
    }
    if (pair !== this.#pair || interval !== this.#interval) {
      this.#pair = pair
      this.#interval = interval
      counters[SERIES_BYTES] = encoder.encodeInto(`${pair} ${interval}`, this.shared.series).written
    }
    openMs[0] = open_time_ms
    // Last, because this makes the writes before it visible to the other thread.
    Atomics.add(counters, CALLS, 1)
  }

  leave(): void {
    Atomics.add(this.shared.counters, CALLS, 1)
  }
}

export const running = new Running()
