import type { Clock, TradeBatch } from '@candlewick/exchanges'

/** Bounds each wait, so that the ingestor renews its ownership of the pairs meanwhile. */
const WAIT_MS_MAX = 1000

/** Decides when recorded trades are due: at their original speed or a multiple of it. */
export class Pace {
  readonly #speed: number
  readonly #clock: Clock
  #first: { readonly at: number; readonly timestampMs: number } | undefined

  /** @param speed event time relative to real time; 0: as fast as possible */
  constructor(speed: number, clock: Clock) {
    this.#speed = speed
    this.#clock = clock
  }

  /** @returns the first row from `start` on that is not due yet; the batch's length if all are due. */
  due(batch: TradeBatch, start: number): number {
    if (this.#speed === 0) return batch.length
    const now = this.#clock.now()
    this.#first ??= { at: now, timestampMs: batch.times[start]! }
    let row = start
    while (row < batch.length && this.#waitMs(batch.times[row]!, now) <= 0) row++
    return row
  }

  /** Waits until the row is due, at most a second. */
  async wait(batch: TradeBatch, row: number, signal: AbortSignal): Promise<void> {
    const waitMs = this.#waitMs(batch.times[row]!, this.#clock.now())
    if (waitMs > 0) await this.#clock.sleep(Math.min(waitMs, WAIT_MS_MAX), signal)
  }

  #waitMs(timestampMs: number, now: number): number {
    const { at, timestampMs: firstMs } = this.#first ?? { at: now, timestampMs }
    return at + (timestampMs - firstMs) / this.#speed - now
  }
}
