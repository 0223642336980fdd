import type { Baggage, Handover } from './control.ts'
import type { Epoch } from './epoch.ts'
import type { LogRecord } from './log.ts'
import type { Processor } from './processor.ts'
import type { Held, KeyEntry, StateFactory, Tenure } from './tenure.ts'

/** Keys of the changelog that are no key of the input. */
export const POSITION_KEY = '\u0000position'
export const BARRIER_KEY = '\u0000barrier'

/** Where a task goes on reading its two inputs. */
export interface Positions {
  input: number
  handovers: number
}

interface StoredTenure extends Omit<Tenure<unknown>, 'held'> {
  readonly held: { readonly route: Held<unknown>['route']; readonly state: unknown } | null
}

interface StoredEntry {
  readonly v: number
  readonly config: string
  readonly left: Epoch | null
  readonly early: Handover[]
  readonly tenures: readonly StoredTenure[]
}

/** The state of a changelog was written by something that this service cannot continue. */
export class StateRefused extends Error {
  override name = 'StateRefused'
}

/** Packs states for the changelog and for handovers, and takes them out again, whoever wrote them. */
export class StateCodec<State> implements StateFactory<State> {
  readonly #processor: Processor<State>

  constructor(processor: Processor<State>) {
    this.#processor = processor
  }

  initial(key: string): State {
    return this.#processor.initial(key)
  }

  pack(held: Held<State>): Baggage {
    return { v: this.#processor.stateVersion, config: this.#processor.configHash, ...held }
  }

  /** Whether the state in the baggage lacks what only older records can tell. */
  isCold({ v, config, state }: Baggage): boolean {
    const { stateVersion, configHash, warmUp } = this.#processor
    if (!warmUp) return false
    return v !== stateVersion || config !== configHash || warmUp.isNeeded(state as State)
  }

  unpack(baggage: Baggage): Held<State> {
    return { route: baggage.route, state: this.#current(baggage.state, baggage.v, baggage.config) }
  }

  encode(entry: KeyEntry<State>): string {
    const { left, early, tenures } = entry
    return JSON.stringify({ v: this.#processor.stateVersion, config: this.#processor.configHash, left, early, tenures })
  }

  decode(key: string, text: string): KeyEntry<State> {
    const { v, config, left, early, tenures } = JSON.parse(text) as StoredEntry
    const current = (held: NonNullable<StoredTenure['held']>) => ({
      route: held.route,
      state: this.#current(held.state, v, config),
    })
    return { key, left, early, tenures: tenures.map(t => ({ ...t, held: t.held && current(t.held) })) }
  }

  /** @throws StateRefused */
  #current(state: unknown, v: number, config: string): State {
    const { stateVersion, configHash } = this.#processor
    if (v === stateVersion && config === configHash) return state as State
    if (v > stateVersion)
      throw new StateRefused(`The state has version ${v}, this service knows ${stateVersion}: run a newer service`)
    if (!this.#processor.upgrade)
      throw new StateRefused(
        `The state was made with other settings (${config}) than these (${configHash}): use a new CONSUMER_GROUP`,
      )
    return this.#processor.upgrade(state, { v, config })
  }
}

/** What a changelog partition holds: every key's entry and the positions they belong to. */
export interface Restored<State> {
  readonly entries: Map<string, KeyEntry<State>>
  readonly positions: Positions | null
  readonly records: number
}

/** Reads a changelog partition; the last record of a key counts. */
export async function restore<State>(
  chunks: AsyncIterable<readonly LogRecord[]>,
  codec: StateCodec<State>,
): Promise<Restored<State>> {
  const latest = new Map<string, Buffer | null>()
  let records = 0
  for await (const chunk of chunks) {
    records += chunk.length
    for (const { key, value } of chunk) if (key !== null && key !== BARRIER_KEY) latest.set(key, value)
  }
  const position = latest.get(POSITION_KEY)
  latest.delete(POSITION_KEY)
  const entries = new Map<string, KeyEntry<State>>()
  for (const [key, value] of latest) if (value) entries.set(key, codec.decode(key, value.toString()))
  return { entries, positions: position ? (JSON.parse(position.toString()) as Positions) : null, records }
}
