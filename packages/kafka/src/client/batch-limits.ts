/** Brokers refuse batches above 1 MB by default (`message.max.bytes`). */
const BATCH_BYTES = 900 << 10

/**
 * How large a batch of each topic may become. The limit of a topic (`max.message.bytes`) applies to batches, not to records, and only
 * a client with another right can read it, so it is found by being refused.
 */
export class BatchLimits {
  readonly #byTopic = new Map<string, number>()

  /** @returns bytes */
  of(topic: string): number {
    return this.#byTopic.get(topic) ?? BATCH_BYTES
  }

  /** The broker has refused a batch for its size: the next ones have at most half as many bytes. */
  refused(topic: string, bytes: number): void {
    this.#byTopic.set(topic, Math.min(this.of(topic), bytes >> 1))
  }
}
