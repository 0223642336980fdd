import { setTimeout as sleep } from 'node:timers/promises'

/** A call to an unreachable broker may take longer. A connection that it opens after this time stays open until the process ends. */
const CLOSE_MS = 2000

/**
 * Lets calls through until it is closed. If kafkajs's client is disconnected during a call, the call connects again, and that
 * connection would stay open and keep the process alive.
 */
export class CallGate {
  readonly #calls = new Set<Promise<unknown>>()
  #closed = false

  /** @throws Error once the gate is closed */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new Error('The connection to Kafka is closed')
    const running = call()
    this.#calls.add(running)
    try {
      return await running
    } finally {
      this.#calls.delete(running)
    }
  }

  /** Calls `disconnect` at once, and again when the calls under way have ended, so that no connection stays open. */
  async close(disconnect: () => Promise<void>): Promise<void> {
    this.#closed = true
    await disconnect()
    if (this.#calls.size === 0) return
    const over = new AbortController()
    const ended = Promise.allSettled(this.#calls).finally(() => over.abort())
    await Promise.race([ended, sleep(CLOSE_MS, undefined, { signal: over.signal }).catch(() => {})])
    await disconnect()
  }
}
