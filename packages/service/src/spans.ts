import type { Headers } from '@candlewick/streams'

/** A record that is about to be written, for its span. */
export interface Sending {
  readonly topic: string
  readonly key: string
  /** The traceparent of the record that it comes from; without one it begins a trace, if the sampler likes. */
  readonly parent?: string | undefined
  /** The traceparents of other records that it comes from. */
  readonly links?: readonly string[]
  readonly attributes: Readonly<Record<string, string | number>>
}

/** The spans of what one producer writes, a transaction after the other. */
export interface Spans {
  /** @returns the header `traceparent` of a record that is sampled; undefined for all others. */
  begin(sending: Sending): Headers | undefined
  /** Everything begun is in its topic. What is begun and never written is not exported. */
  written(): void
}

export interface Tracing {
  spans(): Spans
  /** Exports what is there, within a few seconds. */
  close(): Promise<void>
}
