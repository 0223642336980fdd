import type { Clock, TradeBatch } from '@candlewick/exchanges'
import type { Accounts } from './accounts.ts'

/** `candles` rejects trades that are further ahead of their record's time than this. */
const FUTURE_MS_MAX = 3_600_000

/** Selects trades by their times: the requested ones, without trades in the future. */
export class WantedTimes {
  readonly #fromMs: number
  readonly #toMs: number
  readonly #futureMs: number

  /** The bounds are Unix ms, the end exclusive; undefined: none. */
  constructor(
    { fromMs, toMs }: { readonly fromMs?: number | undefined; readonly toMs?: number | undefined },
    clock: Clock,
  ) {
    this.#fromMs = fromMs ?? 0
    this.#toMs = toMs ?? Number.POSITIVE_INFINITY
    this.#futureMs = clock.wall() + FUTURE_MS_MAX
  }

  has(ms: number): boolean {
    return ms >= this.#fromMs && ms < this.#toMs && ms <= this.#futureMs
  }

  /** Counts a row whose time is not wanted. */
  leaveOut(batch: TradeBatch, row: number, accounts: Accounts): void {
    const ms = batch.times[row]!
    const isFuture = ms > this.#futureMs
    const problem = `${new Date(ms).toISOString()} ${isFuture ? 'is in the future' : 'is not in the requested time'}`
    const reason = isFuture ? 'future' : 'outside_time'
    accounts.leaveOut({ pair: batch.pair(row), file: batch.fileOf(row), line: batch.lines[row]!, reason, problem })
  }
}
