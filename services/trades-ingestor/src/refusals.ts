/** Source of the refusal of a pair: the socket, the history, or the silence of a granted subscription. */
export type RefusalSource = 'socket' | 'history' | 'silence'

/** The pairs that cannot be obtained from the exchange now, each with its reasons. */
export class Refusals {
  readonly #reasons = new Map<string, Map<RefusalSource, string>>()

  /** The reason of each pair; the socket's comes first. */
  get all(): ReadonlyMap<string, string> {
    return new Map(
      [...this.#reasons].map(([pair, by]) => [pair, by.get('socket') ?? by.get('silence') ?? by.get('history') ?? '']),
    )
  }

  has(pair: string, source: RefusalSource): boolean {
    return this.#reasons.get(pair)?.has(source) ?? false
  }

  set(pair: string, source: RefusalSource, reason: string): void {
    const by = this.#reasons.get(pair) ?? new Map<RefusalSource, string>()
    this.#reasons.set(pair, by.set(source, reason))
  }

  /** @returns whether there was such a refusal */
  delete(pair: string, source: RefusalSource): boolean {
    const by = this.#reasons.get(pair)
    const deleted = by?.delete(source) ?? false
    if (by?.size === 0) this.#reasons.delete(pair)
    return deleted
  }
}
