import type { IngestorEvent } from './ingestor.ts'

/** Connections that are lost for a shorter time reconnect by themselves and need no report. */
const FIRST_MS = 15_000
const AGAIN_MS = 60_000

/** Detects that no connection reaches the exchange any more, as opposed to a single connection that is lost and reconnects. Pure. */
export class Unreachable {
  #sinceMs: number | undefined
  #reportedMs = Number.NEGATIVE_INFINITY

  /**
   * @param now monotonic ms
   * @returns for how long the exchange has sent nothing (ms), if that is due to be reported: after 15 s, then once a minute
   */
  look(event: IngestorEvent, now: number): number | undefined {
    if (event.type === 'message') this.#sinceMs = undefined
    if (event.type !== 'disconnected') return undefined
    this.#sinceMs ??= now
    const silentMs = now - this.#sinceMs
    if (silentMs < FIRST_MS || now - this.#reportedMs < AGAIN_MS) return undefined
    this.#reportedMs = now
    return silentMs
  }
}
