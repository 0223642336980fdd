import type { Keyed } from './key-table.ts'

/**
 * A cache beside the key table, which finds a record's key by the small integer that the log has assigned to it. A key is *on the
 * fast path* while a record needs nothing but its state, because the key is live and already marked dirty for the changelog and
 * the live topic. With thousands of keys in turn, the cost of a record depends on how much memory it touches: an array of
 * states fits into the CPU's cache, the key table does not.
 *
 * Each commit, arrival or move of any key clears the fast path. The cache does not change results: `npm run simulate --
 * --without-fast-path` shows this, because there no record finds its key here.
 *
 * The time of each record is not stored, because that would cost a memory write per trade. When the fast path is cleared, each of
 * its keys counts as seen with the last chunk. This delays windows that time closes by at most a commit interval.
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

  /** @returns a live key that was found by this id before, without a look-up by name. */
  find(id: number | undefined): Keyed<State> | undefined {
    const known = id === undefined ? undefined : this.#keys[id]
    return known?.live ? known : undefined
  }

  /** @returns the key that {@link add} has put here. */
  key(id: number): Keyed<State> {
    return this.#keys[id]!
  }

  /** Puts a key on the fast path until {@link clear}, if it is live and marked dirty. */
  add(id: number | undefined, keyed: Keyed<State>): void {
    if (id === undefined || !keyed.live || !keyed.dirty || keyed.shown) return
    // The array is filled one by one, because an array with holes is slower to read.
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
