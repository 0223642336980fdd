import type { Clock } from '@candlewick/clock'

/**
 * The simulated exchange's clock. At speed 1 it is the wall clock. A faster one must start in the past and never gets
 * ahead of the wall clock, as trades from the future are refused by whoever reads them.
 */
export class ExchangeTime {
  readonly #clock: Clock
  #speed: number
  #atMono: number
  #atExchange: number

  /** @param startMs Unix ms where it starts; now when it is not given */
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
