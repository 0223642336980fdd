import type { FeedEvent } from '@candlewick/exchanges'

type Message = (FeedEvent & { type: 'message' })['message']

/** After a longer silence, a message without a time may be from before the silence. Heartbeats arrive every second. */
const SILENCE_MS = 1500

interface Progress {
  /** Arrival of the newest message, monotonic ms. */
  readonly at: number
  /** Every message up to this time has arrived, monotonic ms. */
  readonly until: number
  readonly isLate: boolean
}

/**
 * The time until which each connection has delivered everything. A connection that stalled and then delivers old messages is
 * alive, but behind. Until it has caught up its messages prove nothing about the present, and watermarks must wait.
 */
export class ConnectionProgress {
  readonly #graceMs: number
  readonly #connections = new Map<number, Progress>()

  constructor(graceMs: number) {
    this.#graceMs = graceMs
  }

  /**
   * Takes note of a message.
   * @param at its arrival, monotonic ms
   * @param nowMs the exchange's time as known before the message, Unix ms
   */
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

  /** @returns the time until which the connection has delivered everything, monotonic ms; undefined before its first message. */
  until(connection: number): number | undefined {
    return this.#connections.get(connection)?.until
  }
}

/** @returns the time of a message's newest content, Unix ms; undefined for messages without a time, and for snapshots. */
function timeOf(message: Message): number | undefined {
  if (message.type === 'alive') return message.exchange_ms ?? undefined
  if (message.type !== 'trades' || message.snapshot || message.trades.length === 0) return undefined
  return Math.max(...message.trades.map(({ timestamp_ms }) => timestamp_ms))
}
