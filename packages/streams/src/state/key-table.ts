import type { Held, KeyEntry, Tenure } from '../migration/residency.ts'
import * as tenure from '../migration/residency.ts'

/** A tenure whose state is here. */
export type HeldTenure<State> = Tenure<State> & { held: Held<State> }

/** A key's entry and what only this process knows of it. */
export interface Keyed<State> {
  readonly entry: KeyEntry<State>
  /** The open tenure when its records may be processed at once. */
  live: HeldTenure<State> | null
  /** Whether its entry differs from what the changelog has. */
  dirty: boolean
  /** Whether nothing has changed since it was last on the live topic. */
  shown: boolean
  /** When its last record was processed, or later, until when it was hot; monotonic ms. */
  seenAt: number
}

const isAwaiting = ({ held }: Tenure<unknown>): boolean => held === null

/** A task's keys, and which of them are to be written, shown and read again. */
export class KeyTable<State> {
  readonly #keys = new Map<string, Keyed<State>>()
  /** Those that were found by name, by the numbers that the log has for keys: there is less to look at. */
  #numbered: (Keyed<State> | undefined)[] = []
  #numbering: object | undefined
  /**
   * By number: the states of keys of which all is known that a record changes beside the state: they are live and in both
   * sets below. With thousands of keys what a record has to look at should fit into the processor's cache.
   */
  #hot: (State | undefined)[] = []
  readonly #hotNumbers: number[] = []
  #now = 0
  readonly #dirty = new Set<Keyed<State>>()
  readonly #unshown = new Set<Keyed<State>>()
  readonly #awaiting = new Set<Keyed<State>>()
  readonly rereading = new Set<Keyed<State>>()

  constructor(entries: Iterable<KeyEntry<State>>) {
    for (const entry of entries) {
      const keyed = this.#track(entry)
      if (entry.tenures.some(t => t.reread !== null)) this.rereading.add(keyed)
    }
  }

  get size(): number {
    return this.#keys.size
  }

  get changed(): number {
    return this.#dirty.size
  }

  values(): Iterable<Keyed<State>> {
    return this.#keys.values()
  }

  get(key: string | null): Keyed<State> | undefined {
    return key === null ? undefined : this.#keys.get(key)
  }

  /** @param numbering whose numbers {@link find} is given from now on; undefined for none that is known @param nowMs monotonic */
  numberBy(numbering: object | undefined, nowMs: number): void {
    if (numbering === undefined || numbering !== this.#numbering) {
      this.#cool()
      this.#numbered = []
      this.#hot = []
    }
    this.#numbering = numbering
    this.#now = nowMs
  }

  /** The same as {@link get}, by the number of the key if it is live. */
  find(key: string | null, number: number | undefined): Keyed<State> | undefined {
    const known = number === undefined ? undefined : this.#numbered[number]
    return known?.live ? known : this.get(key)
  }

  /** The key that was made hot by the number. */
  numbered(number: number): Keyed<State> | undefined {
    return this.#numbered[number]
  }

  /** The state of the key that has the number, where nothing else has to be looked at. */
  hot(number: number | undefined): State | undefined {
    return number === undefined ? undefined : this.#hot[number]
  }

  /** From now on it is, until anything else is done with any key. */
  heat(keyed: Keyed<State>, number: number | undefined): void {
    if (number === undefined || !keyed.live || !keyed.dirty || keyed.shown) return
    while (this.#numbered.length <= number) {
      this.#numbered.push(undefined)
      this.#hot.push(undefined)
    }
    this.#numbered[number] = keyed
    this.#hot[number] = keyed.live.held.state
    this.#hotNumbers.push(number)
  }

  #cool(): void {
    for (const number of this.#hotNumbers) {
      this.#hot[number] = undefined
      this.#numbered[number]!.seenAt = this.#now
    }
    this.#hotNumbers.length = 0
  }

  obtain(key: string): Keyed<State> {
    return this.#keys.get(key) ?? this.#track(tenure.newEntry(key))
  }

  forget(keyed: Keyed<State>): void {
    this.#cool()
    this.#keys.delete(keyed.entry.key)
    keyed.live = null
    this.#dirty.delete(keyed)
    this.#unshown.delete(keyed)
    this.#awaiting.delete(keyed)
  }

  /** After any change of the tenures. */
  refresh(keyed: Keyed<State>): void {
    this.#cool()
    const open = tenure.openTenure(keyed.entry)
    keyed.live = open && tenure.isLive(open) ? open : null
    if (keyed.entry.tenures.some(isAwaiting)) this.#awaiting.add(keyed)
    else this.#awaiting.delete(keyed)
  }

  /** After any change that the changelog has to hold. */
  touch(keyed: Keyed<State>): void {
    keyed.dirty = true
    keyed.shown = false
    this.#dirty.add(keyed)
    this.#unshown.add(keyed)
  }

  /** @returns the keys that have changed; they count as written then. */
  takeChanged(): readonly Keyed<State>[] {
    this.#cool()
    const changed = [...this.#dirty]
    for (const keyed of changed) keyed.dirty = false
    this.#dirty.clear()
    return changed
  }

  /** @returns the keys that have changed since they were last taken here. */
  takeUnshown(): readonly Keyed<State>[] {
    this.#cool()
    const unshown = [...this.#unshown]
    this.#unshown.clear()
    for (const keyed of unshown) keyed.shown = true
    return unshown
  }

  /** Tenures of whose state something holds, by key. */
  where(holds: (state: State) => boolean): Map<string, HeldTenure<State>[]> {
    const found = new Map<string, HeldTenure<State>[]>()
    for (const [key, { entry }] of this.#keys) {
      const tenures = entry.tenures.filter((t): t is HeldTenure<State> => t.held !== null && holds(t.held.state))
      if (tenures.length > 0) found.set(key, tenures)
    }
    return found
  }

  /** Tenures that await their handover. */
  awaiting(): { readonly key: string; readonly tenure: Tenure<State> }[] {
    return [...this.#awaiting].flatMap(({ entry: { key, tenures } }) =>
      tenures.filter(isAwaiting).map(tenure => ({ key, tenure })),
    )
  }

  /** The range of the input that is to be read again for keys whose state has arrived; null when there is none. */
  rereadRange(position: number): { readonly from: number; readonly to: number } | null {
    let from = Number.POSITIVE_INFINITY
    let to = 0
    for (const { entry } of this.rereading)
      for (const t of entry.tenures)
        if (t.reread !== null) {
          from = Math.min(from, t.reread)
          to = Math.max(to, t.end ?? position)
        }
    return to > 0 ? { from, to } : null
  }

  #track(entry: KeyEntry<State>): Keyed<State> {
    const keyed: Keyed<State> = { entry, live: null, dirty: false, shown: true, seenAt: 0 }
    this.#keys.set(entry.key, keyed)
    this.refresh(keyed)
    return keyed
  }
}
