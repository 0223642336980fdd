import type { Headers } from '@candlewick/streams'

/** A record that is about to be written, for its span. */
export interface Sending {
  readonly topic: string
  readonly key: string
  /** The traceparent of the record from which this one was computed. Without it the span begins a trace, if the sampler decides so. */
  readonly parent?: string | undefined
  /** The traceparents of other records from which this one was computed. */
  readonly links?: readonly string[]
  readonly attributes: Readonly<Record<string, string | number>>
}

/** The spans of the records that one producer writes, one transaction after another. */
export interface Spans {
  /** @returns the header `traceparent` for a sampled record; undefined for all others. */
  begin(sending: Sending): Headers | undefined
  /**
   * Ends all begun spans, because their records are in their topics. Spans of records that are never written are not
   * exported.
   */
  written(): void
}

export interface Tracing {
  spans(): Spans
  /** Exports the remaining spans, within a few seconds. */
  close(): Promise<void>
}
