import type { FeedEvent } from '@candlewick/exchanges'

type Message = (FeedEvent & { type: 'message' })['message']

/** A message that says no time, after a longer silence, may be of before it. Heartbeats come every second. */
const SILENCE_MS = 1500

interface Progress {
  /** When the newest message came, monotonic ms. */
  readonly at: number
  /** Everything of until then has come, monotonic ms. */
  readonly until: number
  readonly isLate: boolean
}

/**
 * Until when each connection has told everything. One that stalls and then brings what it owes is alive, but tells of
 * the past: until it has caught up, its messages promise nothing.
 */
export class ConnectionProgress {
  readonly #graceMs: number
  readonly #connections = new Map<number, Progress>()

  constructor(graceMs: number) {
    this.#graceMs = graceMs
  }

  /** A message has come at the monotonic time. @param nowMs the exchange's time, as far as it was known before */
  received(connection: number, at: number, message: Message, nowMs: number | undefined): void {
    const before = this.#connections.get(connection) ?? { at, until: at, isLate: false }
    const ofMs = timeOf(message)
    const isLate =
      ofMs === undefined || nowMs === undefined
        ? before.isLate || at - before.at > SILENCE_MS
        : nowMs - ofMs > this.#graceMs
    this.#connections.set(connection, { at, until: isLate ? before.until : at, isLate })
  }

  lost(connection: number): void {
    this.#connections.delete(connection)
  }

  /** @returns monotonic ms; undefined for one that has told nothing yet. */
  until(connection: number): number | undefined {
    return this.#connections.get(connection)?.until
  }
}

/** @returns when the newest of what it tells had happened, Unix ms; undefined where it does not say, or is old by nature. */
function timeOf(message: Message): number | undefined {
  if (message.type === 'alive') return message.exchange_ms ?? undefined
  if (message.type !== 'trades' || message.snapshot || message.trades.length === 0) return undefined
  return Math.max(...message.trades.map(({ timestamp_ms }) => timestamp_ms))
}
