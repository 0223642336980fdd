import type { Clock } from '@candlewick/clock'

/**
 * The simulated exchange's clock. At speed 1 it is the wall clock. A faster clock must start in the past, and never gets
 * ahead of the wall clock, because services refuse trades from the future.
 */
export class ExchangeTime {
  readonly #clock: Clock
  #speed: number
  #atMono: number
  #atExchange: number

  /** @param startMs start of the clock (Unix ms), now by default */
  constructor(clock: Clock, speed = 1, startMs?: number) {
    this.#clock = clock
    this.#speed = speed
    this.#atMono = clock.now()
    this.#atExchange = startMs ?? clock.wall()
  }

  /** Unix ms, with fractions. */
  now(): number {
    const elapsed = (this.#clock.now() - this.#atMono) * this.#speed
    return Math.min(this.#atExchange + elapsed, this.#clock.wall())
  }

  get speed(): number {
    return this.#speed
  }

  set speed(factor: number) {
    this.#atExchange = this.now()
    this.#atMono = this.#clock.now()
    this.#speed = factor
  }
}
