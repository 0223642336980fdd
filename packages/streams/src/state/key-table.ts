import type { HeldResidency, KeyEntry, Residency } from '../migration/residency.ts'
import * as residency from '../migration/residency.ts'

/** A key's entry, and data about the key that only this process has. */
export interface Keyed<State> {
  readonly entry: KeyEntry<State>
  /** The open residency, if its records may be processed at once. */
  live: HeldResidency<State> | null
  /** Whether the entry differs from the one in the changelog. */
  dirty: boolean
  /** Whether the state is unchanged since it was last on the live topic. */
  shown: boolean
  /** When the key's last record was processed, or when the key left the fast path after it; monotonic ms. */
  seenAt: number
}

/** Residencies whose state needs warm-up, by key. */
export type KeysToWarmUp<State> = ReadonlyMap<string, readonly HeldResidency<State>[]>

const isAwaiting = ({ held }: Residency<unknown>): boolean => held === null

/** A task's keys, and which of them have to be written, shown, asked for and read again. */
export class KeyTable<State> {
  readonly #keys = new Map<string, Keyed<State>>()
  readonly #cache: { clear(): void }
  readonly #dirty = new Set<Keyed<State>>()
  readonly #unshown = new Set<Keyed<State>>()
  readonly #awaiting = new Set<Keyed<State>>()
  readonly rereading = new Set<Keyed<State>>()

  /** @param cache of keys by their condition; it is cleared before the condition of a key may change */
  constructor(entries: Iterable<KeyEntry<State>>, cache: { clear(): void }) {
    this.#cache = cache
    for (const entry of entries) {
      const keyed = this.#track(entry)
      if (entry.residencies.some(r => r.reread !== null)) this.rereading.add(keyed)
    }
  }

  get size(): number {
    return this.#keys.size
  }

  /** How many keys differ from the changelog. */
  get changed(): number {
    return this.#dirty.size
  }

  values(): Iterable<Keyed<State>> {
    return this.#keys.values()
  }

  get(key: string | null): Keyed<State> | undefined {
    return key === null ? undefined : this.#keys.get(key)
  }

  /** @returns the key, which is created if it does not exist. */
  obtain(key: string): Keyed<State> {
    return this.#keys.get(key) ?? this.#track(residency.newEntry(key))
  }

  /** Call it after any change of the key's residencies. */
  refresh(keyed: Keyed<State>): void {
    this.#cache.clear()
    const open = residency.openResidency(keyed.entry)
    keyed.live = open && residency.isLive(open) ? open : null
    if (keyed.entry.residencies.some(isAwaiting)) this.#awaiting.add(keyed)
    else this.#awaiting.delete(keyed)
  }

  /** Call it after any change that has to be written to the changelog. */
  touch(keyed: Keyed<State>): void {
    keyed.dirty = true
    keyed.shown = false
    this.#dirty.add(keyed)
    this.#unshown.add(keyed)
  }

  /** @returns the keys that differ from the changelog. Afterwards they count as written. */
  takeChanged(): readonly Keyed<State>[] {
    this.#cache.clear()
    const changed = [...this.#dirty]
    for (const keyed of changed) keyed.dirty = false
    this.#dirty.clear()
    return changed
  }

  /** @returns the keys that have changed since the last call. */
  takeUnshown(): readonly Keyed<State>[] {
    this.#cache.clear()
    const unshown = [...this.#unshown]
    this.#unshown.clear()
    for (const keyed of unshown) keyed.shown = true
    return unshown
  }

  /** @returns by key, the residencies whose state fulfils a condition. */
  where(holds: (state: State) => boolean): Map<string, HeldResidency<State>[]> {
    const found = new Map<string, HeldResidency<State>[]>()
    for (const [key, { entry }] of this.#keys) {
      const held = entry.residencies.filter((r): r is HeldResidency<State> => r.held !== null && holds(r.held.state))
      if (held.length > 0) found.set(key, held)
    }
    return found
  }

  /** @returns the residencies that await their handover. */
  awaiting(): { readonly key: string; readonly residency: Residency<State> }[] {
    return [...this.#awaiting].flatMap(({ entry: { key, residencies } }) =>
      residencies.filter(isAwaiting).map(residency => ({ key, residency })),
    )
  }

  #track(entry: KeyEntry<State>): Keyed<State> {
    const keyed: Keyed<State> = { entry, live: null, dirty: false, shown: true, seenAt: 0 }
    this.#keys.set(entry.key, keyed)
    this.refresh(keyed)
    return keyed
  }
}
