import type { Held, KeyEntry, Residency } from '../migration/residency.ts'
import * as residency from '../migration/residency.ts'

/** A residency whose state is here. */
export type HeldResidency<State> = Residency<State> & { held: Held<State> }

/** A key's entry and what only this process knows of it. */
export interface Keyed<State> {
  readonly entry: KeyEntry<State>
  /** The open residency when its records may be processed at once. */
  live: HeldResidency<State> | null
  /** Whether its entry differs from what the changelog has. */
  dirty: boolean
  /** Whether nothing has changed since it was last on the live topic. */
  shown: boolean
  /** When its last record was processed, or later, until when it was hot; monotonic ms. */
  seenAt: number
}

const isAwaiting = ({ held }: Residency<unknown>): boolean => held === null

/** A task's keys, and which of them are to be written, shown and read again. */
export class KeyTable<State> {
  readonly #keys = new Map<string, Keyed<State>>()
  /** Those that were found by name, by the numbers that the log has for keys: there is less to look at. */
  #byKeyId: (Keyed<State> | undefined)[] = []
  #interner: object | undefined
  /**
   * By number: the states of keys of which all is known that a record changes beside the state: they are live and in both
   * sets below. With thousands of keys what a record has to look at should fit into the processor's cache.
   */
  #fastPath: (State | undefined)[] = []
  readonly #fastPathIds: number[] = []
  #now = 0
  readonly #dirty = new Set<Keyed<State>>()
  readonly #unshown = new Set<Keyed<State>>()
  readonly #awaiting = new Set<Keyed<State>>()
  readonly rereading = new Set<Keyed<State>>()

  constructor(entries: Iterable<KeyEntry<State>>) {
    for (const entry of entries) {
      const keyed = this.#track(entry)
      if (entry.residencies.some(t => t.reread !== null)) this.rereading.add(keyed)
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
  useInterner(numbering: object | undefined, nowMs: number): void {
    if (numbering === undefined || numbering !== this.#interner) {
      this.#clearFastPath()
      this.#byKeyId = []
      this.#fastPath = []
    }
    this.#interner = numbering
    this.#now = nowMs
  }

  /** The same as {@link get}, by the number of the key if it is live. */
  find(key: string | null, number: number | undefined): Keyed<State> | undefined {
    const known = number === undefined ? undefined : this.#byKeyId[number]
    return known?.live ? known : this.get(key)
  }

  /** The key that was made hot by the number. */
  byKeyId(number: number): Keyed<State> | undefined {
    return this.#byKeyId[number]
  }

  /** The state of the key that has the number, where nothing else has to be looked at. */
  onFastPath(number: number | undefined): State | undefined {
    return number === undefined ? undefined : this.#fastPath[number]
  }

  /** From now on it is, until anything else is done with any key. */
  addToFastPath(keyed: Keyed<State>, number: number | undefined): void {
    if (number === undefined || !keyed.live || !keyed.dirty || keyed.shown) return
    while (this.#byKeyId.length <= number) {
      this.#byKeyId.push(undefined)
      this.#fastPath.push(undefined)
    }
    this.#byKeyId[number] = keyed
    this.#fastPath[number] = keyed.live.held.state
    this.#fastPathIds.push(number)
  }

  #clearFastPath(): void {
    for (const number of this.#fastPathIds) {
      this.#fastPath[number] = undefined
      this.#byKeyId[number]!.seenAt = this.#now
    }
    this.#fastPathIds.length = 0
  }

  obtain(key: string): Keyed<State> {
    return this.#keys.get(key) ?? this.#track(residency.newEntry(key))
  }

  forget(keyed: Keyed<State>): void {
    this.#clearFastPath()
    this.#keys.delete(keyed.entry.key)
    keyed.live = null
    this.#dirty.delete(keyed)
    this.#unshown.delete(keyed)
    this.#awaiting.delete(keyed)
  }

  /** After any change of the residencies. */
  refresh(keyed: Keyed<State>): void {
    this.#clearFastPath()
    const open = residency.openResidency(keyed.entry)
    keyed.live = open && residency.isLive(open) ? open : null
    if (keyed.entry.residencies.some(isAwaiting)) this.#awaiting.add(keyed)
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
    this.#clearFastPath()
    const changed = [...this.#dirty]
    for (const keyed of changed) keyed.dirty = false
    this.#dirty.clear()
    return changed
  }

  /** @returns the keys that have changed since they were last taken here. */
  takeUnshown(): readonly Keyed<State>[] {
    this.#clearFastPath()
    const unshown = [...this.#unshown]
    this.#unshown.clear()
    for (const keyed of unshown) keyed.shown = true
    return unshown
  }

  /** Residencies of whose state something holds, by key. */
  where(holds: (state: State) => boolean): Map<string, HeldResidency<State>[]> {
    const found = new Map<string, HeldResidency<State>[]>()
    for (const [key, { entry }] of this.#keys) {
      const residencies = entry.residencies.filter(
        (t): t is HeldResidency<State> => t.held !== null && holds(t.held.state),
      )
      if (residencies.length > 0) found.set(key, residencies)
    }
    return found
  }

  /** Residencies that await their handover. */
  awaiting(): { readonly key: string; readonly residency: Residency<State> }[] {
    return [...this.#awaiting].flatMap(({ entry: { key, residencies } }) =>
      residencies.filter(isAwaiting).map(residency => ({ key, residency })),
    )
  }

  /** The range of the input that is to be read again for keys whose state has arrived; null when there is none. */
  rereadRange(position: number): { readonly from: number; readonly to: number } | null {
    let from = Number.POSITIVE_INFINITY
    let to = 0
    for (const { entry } of this.rereading)
      for (const t of entry.residencies)
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
