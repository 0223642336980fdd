import type { Handover, TransferredState } from '../migration/control-records.ts'
import type { Epoch } from '../migration/epoch.ts'
import {
  type HeldState,
  isWithoutMarkers,
  type KeyEntry,
  type Registration,
  type Residency,
  type StateFactory,
} from '../migration/residency.ts'
import type { Processor } from '../processor.ts'

interface StoredResidency extends Omit<Residency<unknown>, 'held'> {
  readonly held: HeldState<unknown> | null
}

/** A key's entry in the changelog. The fields have the names of the first version. */
interface StoredEntry {
  /** Version of the processor's states; absent in entries of version 1. */
  readonly v?: number
  /** The processor's configuration when the states were written. */
  readonly config: string
  readonly left: Epoch | null
  readonly early: Handover[]
  readonly tenures: readonly StoredResidency[]
  /** Absent in entries of older services, and if the key was never claimed. */
  readonly registration?: Registration | undefined
}

/** Stored states were written by a service that this one cannot continue. It has to end; nothing is lost. */
export class StateRefused extends Error {
  override name = 'StateRefused'
}

/** @param where a topic and partition; `what` was found there in the version `found`, and `known` is the newest known version */
export const refuseNewer = (where: string, what: string, found: number, known: number): StateRefused =>
  new StateRefused(
    `${where} has ${what} of version ${found}, but this service knows only versions up to ${known}. Nothing is lost: ` +
      `run the newer version of the service on all instances (finish the upgrade, or take the downgrade back)`,
  )

/** Encodes states for the changelog and for handovers, and decodes states of any older version or configuration. */
export class StateCodec<State> implements StateFactory<State> {
  readonly #processor: Processor<State>
  readonly #where: string

  /** @param where the states come from, for errors: a topic and partition */
  constructor(processor: Processor<State>, where: string) {
    this.#processor = processor
    this.#where = where
  }

  initial(key: string): State {
    return this.#processor.initial(key)
  }

  /** @returns the newest time that the state has seen, Unix ms; 0 if the processor does not know it. */
  seenMs({ state }: HeldState<State>): number {
    return this.#processor.seenMs?.(state) ?? 0
  }

  /**
   * @param mayMiss whether records of the key may be missing around the handover, because no marker shows the residency's end
   * @returns the state as a handover carries it
   */
  pack(held: HeldState<State>, mayMiss = false): TransferredState {
    if (mayMiss) this.#processor.missed?.(held.state)
    return { v: this.#processor.stateVersion, config: this.#processor.configHash, ...held }
  }

  /** @returns whether a transferred state lacks values that only older records can give. */
  needsWarmUp({ v = 1, config, state }: TransferredState): boolean {
    const { stateVersion, configHash, warmUp } = this.#processor
    if (!warmUp) return false
    return v !== stateVersion || config !== configHash || warmUp.isNeeded(state as State)
  }

  /** @throws StateRefused */
  unpack(transferred: TransferredState): HeldState<State> {
    return { route: transferred.route, state: this.#current(transferred) }
  }

  /** @returns the entry's JSON for the changelog. */
  encode(entry: KeyEntry<State>): string {
    const { stateVersion: v, configHash: config } = this.#processor
    const { left, early, residencies: tenures, registration } = entry
    return JSON.stringify({ v, config, left, early, tenures, registration } satisfies StoredEntry)
  }

  /** @throws StateRefused */
  decode(key: string, text: string): KeyEntry<State> {
    const { v, config, left, early, tenures, registration } = JSON.parse(text) as StoredEntry
    const current = ({ route, state }: HeldState<unknown>) => ({ route, state: this.#current({ v, config, state }) })
    const residencies = tenures.map(r => ({ ...r, held: r.held && current(r.held) }))
    for (const r of residencies) if (r.held && isWithoutMarkers(r)) this.#processor.unmarked?.(r.held.state)
    return { key, left, early, residencies, registration }
  }

  /** Upgrades a state version by version, then adapts it to this configuration. */
  #current({ v = 1, config, state }: Pick<TransferredState, 'v' | 'config' | 'state'>): State {
    const { stateVersion, configHash } = this.#processor
    if (v > stateVersion) throw refuseNewer(this.#where, 'states', v, stateVersion)
    let current = state
    for (let at = v; at < stateVersion; at++) {
      if (!this.#processor.upgrade)
        throw new StateRefused(`${this.#where} has states of version ${v}, which this service cannot upgrade`)
      current = this.#processor.upgrade(current, at)
    }
    if (config === configHash) return current as State
    if (this.#processor.reconfigure) return this.#processor.reconfigure(current as State, config)
    throw new StateRefused(
      `${this.#where} has states made with other settings (${config}) than these (${configHash}): use a new CONSUMER_GROUP`,
    )
  }
}
