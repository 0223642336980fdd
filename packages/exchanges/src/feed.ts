import { type Clock, systemClock } from '@candlewick/clock'
import { type Backoff, backoffMs } from './backoff.ts'
import { Connection, type ConnectionMessage } from './connection.ts'
import type { Dialect } from './exchange.ts'
import { type Connect, connectWebSocket } from './socket.ts'

/** An event of a feed. The events of one connection are in order. */
export type FeedEvent =
  | { readonly type: 'message'; readonly connection: number; readonly message: ConnectionMessage; readonly at: number }
  | {
      readonly type: 'disconnected'
      readonly connection: number
      readonly pairs: readonly string[]
      readonly reason: string
      readonly retryInMs: number
    }

export interface FeedOptions {
  readonly dialect: Dialect
  /** WebSocket URL in place of the dialect's own. */
  readonly url?: string | undefined
  readonly pairs: readonly string[]
  emit(event: FeedEvent): void
  readonly connect?: Connect
  readonly clock?: Clock
  readonly backoff?: Backoff
}

/** The first retry is immediate, because the exchange's snapshot then still has the trades of the interruption. */
const BACKOFF: Backoff = { firstMs: 100, maxMs: 30_000 }
/** A connection that delivered trades for this long resets the backoff. Exchanges limit connections per address. */
const STABLE_MS = 30_000

/** Live trades of some pairs, over as many connections as the exchange's limits require. Each connection reconnects without limit. */
export class Feed {
  readonly #o: FeedOptions
  readonly #clock: Clock
  readonly #stopped = new AbortController()
  readonly #connections = new Map<number, Connection>()
  #running: Promise<unknown> = Promise.resolve()
  #paused = false

  constructor(options: FeedOptions) {
    this.#o = options
    this.#clock = options.clock ?? systemClock
  }

  start(): void {
    const { pairs, dialect } = this.#o
    const shards = Math.ceil(pairs.length / dialect.pairsPerConnection)
    this.#running = Promise.all(
      Array.from({ length: shards }, (_, i) =>
        this.#run(
          i,
          pairs.filter((_pair, p) => p % shards === i),
        ),
      ),
    )
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running
  }

  /** Stops reading from the sockets, so that the queue of events stays bounded. */
  pause(): void {
    this.#paused = true
    for (const connection of this.#connections.values()) connection.pause()
  }

  resume(): void {
    this.#paused = false
    for (const connection of this.#connections.values()) connection.resume()
  }

  async #run(index: number, pairs: readonly string[]): Promise<void> {
    const { signal } = this.#stopped
    for (let attempt = 0; !signal.aborted; attempt++) {
      const startedAt = this.#clock.now()
      let traded = false
      const connection = new Connection({
        ...this.#o,
        url: this.#o.url ?? this.#o.dialect.wsUrl,
        connect: this.#o.connect ?? connectWebSocket,
        clock: this.#clock,
        signal,
        pairs,
        onMessage: (message, at) => {
          if (message.type === 'trades') traded = true
          this.#o.emit({ type: 'message', connection: index, message, at })
        },
      })
      this.#connections.set(index, connection)
      if (this.#paused) connection.pause()
      const { reason, planned } = await connection.run()
      this.#connections.delete(index)
      if (signal.aborted) return
      if (planned || (traded && this.#clock.now() - startedAt >= STABLE_MS)) attempt = 0
      const retryInMs = planned ? 0 : backoffMs(this.#o.backoff ?? BACKOFF, attempt)
      this.#o.emit({ type: 'disconnected', connection: index, pairs, reason, retryInMs })
      await this.#clock.sleep(retryInMs, signal)
    }
  }
}
