import { type Clock, systemClock } from '@candlewick/clock'
import { type Backoff, backoffMs } from './backoff.ts'
import { Connection, type ConnectionMessage } from './connection.ts'
import type { Dialect } from './exchange.ts'
import { type Connect, connectWebSocket } from './socket.ts'

/** What a feed tells, in order for each connection. A lost connection is data like everything else. */
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
  /** In place of the dialect's own. */
  readonly url?: string | undefined
  readonly pairs: readonly string[]
  emit(event: FeedEvent): void
  readonly connect?: Connect
  readonly clock?: Clock
  readonly backoff?: Backoff
}

/** The first try follows at once: what a busy pair trades meanwhile is still in the exchange's snapshot. */
const BACKOFF: Backoff = { firstMs: 100, maxMs: 30_000 }
/** After a connection that lived so long with trades the next one may follow at once: exchanges count them by address. */
const STABLE_MS = 30_000

/** The trades of some pairs, from as many connections as the exchange's limits need, each opened again for ever. */
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

  /** Stops reading from the sockets, so that what waits stays bounded. */
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
