import { type Clock, systemClock } from '@candlewick/clock'
import type { FeedEvent } from '../feed.ts'
import type { ExchangeTrade } from '../trade.ts'

/** The last event of a replay; with an error, if the trades ended too early. */
export interface Ended {
  readonly type: 'ended'
  readonly error?: unknown
  /** Up to when there are no other trades (Unix ms); undefined: to the end of the last one's window. */
  readonly toMs?: number | undefined
}

export interface ReplayOptions {
  readonly trades: AsyncIterable<Iterable<ExchangeTrade>>
  /** Event time against real time; 0: as fast as possible. */
  readonly speed: number
  /** Up to when the trades are all there (Unix ms). */
  readonly toMs?: number
  readonly clock?: Clock
}

const MESSAGE_TRADES_MAX = 500

/** Tells recorded trades as a feed tells live ones. */
export class Replay {
  readonly isRecorded = true
  readonly #o: ReplayOptions
  readonly #clock: Clock
  readonly #stopped = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #resumed: PromiseWithResolvers<void> | undefined
  #due: { readonly at: number; readonly timestampMs: number } | undefined

  constructor(options: ReplayOptions) {
    this.#o = options
    this.#clock = options.clock ?? systemClock
  }

  start(emit: (event: FeedEvent | Ended) => void): void {
    this.#running = this.#run(emit)
  }

  pause(): void {
    this.#resumed ??= Promise.withResolvers()
  }

  resume(): void {
    this.#resumed?.resolve()
    this.#resumed = undefined
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.resume()
    await this.#running
  }

  async #run(emit: (event: FeedEvent | Ended) => void): Promise<void> {
    let trades: ExchangeTrade[] = []
    const flush = async () => {
      const message = { type: 'trades', trades, snapshot: false } as const
      if (trades.length > 0) emit({ type: 'message', connection: 0, message, at: this.#clock.now() })
      trades = []
      await this.#resumed?.promise
    }
    try {
      for await (const batch of this.#o.trades)
        for (const trade of batch) {
          const waitMs = this.#waitMs(trade.timestamp_ms)
          if (trades.length >= MESSAGE_TRADES_MAX || waitMs > 0) await flush()
          if (waitMs > 0) await this.#clock.sleep(waitMs, this.#stopped.signal)
          if (this.#stopped.signal.aborted) return
          trades.push(trade)
        }
      await flush()
      emit({ type: 'ended', toMs: this.#o.toMs })
    } catch (error) {
      await flush()
      emit({ type: 'ended', error })
    }
  }

  #waitMs(timestampMs: number): number {
    const { speed } = this.#o
    if (speed === 0) return 0
    this.#due ??= { at: this.#clock.now(), timestampMs }
    return this.#due.at + (timestampMs - this.#due.timestampMs) / speed - this.#clock.now()
  }
}
