import type { Keyed } from './key-table.ts'

/**
 * A cache beside the key table: finds a record's key by the small integer that the log has interned it as. A key is *on
 * the fast path* while nothing but its state has to be looked at to process a record, because it is live and already
 * marked dirty for the changelog and the live topic. With thousands of keys, each in its turn, what a record touches
 * decides what it costs: an array of states fits into the processor's cache, the key table does not.
 *
 * Whatever happens to any key (a commit, an arrival, a move) clears the fast path. Without this cache the results are
 * the same: `npm run simulate -- --without-fast-path` shows it, where no record finds its key here.
 *
 * The time of each record is not kept, as it would cost a store a trade. When the fast path is cleared each of its keys
 * counts as seen with the last chunk, which delays windows that time closes by a commit interval at most.
 */
export class FastPath<State> {
  /** The interner that has assigned the ids. */
  #interner: object | undefined
  /** Keys found so far, by id, whether they are on the fast path or not. */
  #keys: (Keyed<State> | undefined)[] = []
  /** States of the keys on the fast path, by id. */
  #states: (State | undefined)[] = []
  readonly #ids: number[] = []
  #nowMs = 0

  /**
   * @param interner whose ids the next records carry; undefined if their ids mean nothing beyond their chunk
   * @param nowMs monotonic, as the last record of a key on the fast path counts
   */
  useInterner(interner: object | undefined, nowMs: number): void {
    if (interner === undefined || interner !== this.#interner) {
      this.clear()
      this.#keys = []
      this.#states = []
    }
    this.#interner = interner
    this.#nowMs = nowMs
  }

  /** @returns the state of a key that is on the fast path. */
  state(id: number | undefined): State | undefined {
    return id === undefined ? undefined : this.#states[id]
  }

  /** @returns a live key that was found by this id before; it saves the look-up by name. */
  find(id: number | undefined): Keyed<State> | undefined {
    const known = id === undefined ? undefined : this.#keys[id]
    return known?.live ? known : undefined
  }

  /** @returns the key that {@link add} has put here. */
  key(id: number): Keyed<State> {
    return this.#keys[id]!
  }

  /** Puts a key on the fast path until {@link clear}, if it is in the condition for it. */
  add(id: number | undefined, keyed: Keyed<State>): void {
    if (id === undefined || !keyed.live || !keyed.dirty || keyed.shown) return
    // Filled one by one: an array with holes is slower to read.
    while (this.#keys.length <= id) {
      this.#keys.push(undefined)
      this.#states.push(undefined)
    }
    this.#keys[id] = keyed
    this.#states[id] = keyed.live.held.state
    this.#ids.push(id)
  }

  clear(): void {
    for (const id of this.#ids) {
      this.#states[id] = undefined
      this.#keys[id]!.seenAt = this.#nowMs
    }
    this.#ids.length = 0
  }
}
