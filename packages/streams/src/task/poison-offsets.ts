/** How many offsets are remembered; the newest ones are kept. */
const OFFSETS_MAX = 10_000

/** Offsets at which the processor failed, so that these records are set aside when they are read again. */
export class PoisonOffsets {
  readonly #offsets = new Set<number>()

  get all(): ReadonlySet<number> {
    return this.#offsets
  }

  /** @returns whether the oldest offset was forgotten to make room */
  add(offset: number): boolean {
    this.#offsets.add(offset)
    const [oldest] = this.#offsets
    return this.#offsets.size > OFFSETS_MAX && oldest !== undefined && this.#offsets.delete(oldest)
  }
}
