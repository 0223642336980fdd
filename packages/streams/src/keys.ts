import type { Held, KeyEntry, Tenure } from './tenure.ts'
import * as tenure from './tenure.ts'

/** A tenure whose state is here. */
export type HeldTenure<State> = Tenure<State> & { held: Held<State> }

/** A key's entry and what only this process knows of it. */
export interface Keyed<State> {
  readonly entry: KeyEntry<State>
  /** The open tenure when its records may be processed at once. */
  live: HeldTenure<State> | null
  /** That one's. */
  state: State | null
  /** Whether its entry differs from what the changelog has. */
  dirty: boolean
  /** Whether nothing has changed since it was last on the live topic. */
  shown: boolean
  /** When its last record was processed, whole monotonic ms: V8 makes an object of any other number. */
  seenAt: number
}

const isAwaiting = ({ held }: Tenure<unknown>): boolean => held === null

/** A task's keys, and which of them are to be written, shown and read again. */
export class KeyTable<State> {
  readonly #keys = new Map<string, Keyed<State>>()
  /** Those that were found by name, by the numbers that the log has for keys: there is less to look at. */
  #numbered: (Keyed<State> | undefined)[] = []
  #numbering: object | undefined
  readonly #dirty = new Set<Keyed<State>>()
  readonly #unshown = new Set<Keyed<State>>()
  readonly #awaiting = new Set<Keyed<State>>()
  #last: Keyed<State> | undefined
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

  /** Records of one key come one after the other: the last one found is looked at first. */
  get(key: string | null): Keyed<State> | undefined {
    if (key === null) return undefined
    if (this.#last?.entry.key !== key) this.#last = this.#keys.get(key)
    return this.#last
  }

  /** @param numbering whose numbers {@link find} is given from now on; undefined for none that is known */
  numberBy(numbering: object | undefined): void {
    if (numbering === undefined || numbering !== this.#numbering) this.#numbered = []
    this.#numbering = numbering
  }

  /** The key that {@link find} has found for the number, where it is live: one that was forgotten is not. */
  numbered(number: number | undefined): Keyed<State> | undefined {
    const known = number === undefined ? undefined : this.#numbered[number]
    return known?.live ? known : undefined
  }

  /** The same as {@link get}, and keeps the number in mind. */
  find(key: string | null, number: number | undefined): Keyed<State> | undefined {
    const found = this.get(key)
    if (number === undefined) return found
    while (this.#numbered.length <= number) this.#numbered.push(undefined)
    this.#numbered[number] = found
    return found
  }

  obtain(key: string): Keyed<State> {
    return this.#keys.get(key) ?? this.#track(tenure.newEntry(key))
  }

  forget(keyed: Keyed<State>): void {
    this.#keys.delete(keyed.entry.key)
    this.#last = undefined
    keyed.live = null
    this.#dirty.delete(keyed)
    this.#unshown.delete(keyed)
    this.#awaiting.delete(keyed)
  }

  /** After any change of the tenures. */
  refresh(keyed: Keyed<State>): void {
    const open = tenure.openTenure(keyed.entry)
    keyed.live = open && tenure.isLive(open) ? open : null
    keyed.state = keyed.live?.held.state ?? null
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
    const changed = [...this.#dirty]
    for (const keyed of changed) keyed.dirty = false
    this.#dirty.clear()
    return changed
  }

  /** @returns the keys that have changed since they were last taken here. */
  takeUnshown(): readonly Keyed<State>[] {
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
    const keyed: Keyed<State> = { entry, live: null, state: null, dirty: false, shown: true, seenAt: 0 }
    this.#keys.set(entry.key, keyed)
    this.refresh(keyed)
    return keyed
  }
}
