import type { Seed } from '@candlewick/market-data'
import type { Beginning } from './beginning.ts'

/** The beginning of a new pair: whether it is known, and the exchange's candles of the windows before it. */
export class PairBeginning {
  #state: 'live' | 'awaited' | 'fetching' | 'done' = 'live'
  #seeds: readonly Seed[] = []

  /** Whether nothing may be written before {@link know}. */
  get isAwaited(): boolean {
    return this.#state === 'awaited'
  }

  /** Whether the history that the pair begins with is being fetched. */
  get isFetching(): boolean {
    return this.#state === 'fetching'
  }

  /** The exchange's candles, which are written with the first trade. */
  get seeds(): readonly Seed[] {
    return this.#seeds
  }

  await(): void {
    if (this.#state === 'live') this.#state = 'awaited'
  }

  know({ seeds }: Beginning): void {
    this.#state = 'fetching'
    this.#seeds = seeds
  }

  /** Drops the candles: the first trade is written, or the candles do not end where the pair begins. */
  dropSeeds(): void {
    this.#seeds = []
  }

  end(): void {
    if (this.isFetching) this.#state = 'done'
  }
}
