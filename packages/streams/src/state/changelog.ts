import type { LogRecord, OutRecord } from '@candlewick/kafka/log'
import type { Handover, TransferredState } from '../migration/control-records.ts'
import type { Epoch } from '../migration/epoch.ts'
import type { Held, KeyEntry, Residency, StateFactory } from '../migration/residency.ts'
import type { Processor } from '../processor.ts'

/** Keys of the changelog that are no key of the input. */
const POSITION_KEY = '\u0000position'
export const BARRIER_KEY = '\u0000barrier'

/** Where a task goes on reading its two inputs. */
export interface Positions {
  input: number
  handovers: number
}

interface StoredResidency extends Omit<Residency<unknown>, 'held'> {
  readonly held: { readonly route: Held<unknown>['route']; readonly state: unknown } | null
}

interface StoredEntry {
  /** Of the states; absent is 1. */
  readonly v?: number
  readonly config: string
  readonly left: Epoch | null
  readonly early: Handover[]
  readonly tenures: readonly StoredResidency[]
}

/** Version of what is around the states: the entries' residencies and the position. It is in the position's record. */
const LAYOUT = 1

/** Where the task of a partition goes on, as its changelog says it; alone in a changelog, where it begins. */
export const positionRecord = (changelog: string, partition: number, positions: Positions): OutRecord => ({
  topic: changelog,
  partition,
  key: POSITION_KEY,
  value: JSON.stringify({ v: LAYOUT, ...positions }),
})

/** What is stored was written by something that this service cannot continue: it must not go on, and nothing is lost. */
export class StateRefused extends Error {
  override name = 'StateRefused'
}

const newer = (where: string, what: string, found: number, known: number): StateRefused =>
  new StateRefused(
    `${where} has ${what} of version ${found}, of which this service knows no version after ${known}. Nothing is lost: ` +
      `run the newer version of the service on all instances (finish the upgrade, or take the downgrade back)`,
  )

/** Packs states for the changelog and for handovers, and takes them out again, whoever wrote them. */
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

  pack(held: Held<State>): TransferredState {
    return { v: this.#processor.stateVersion, config: this.#processor.configHash, ...held }
  }

  /** Whether the state in the transferred lacks what only older records can tell. */
  needsWarmUp({ v = 1, config, state }: TransferredState): boolean {
    const { stateVersion, configHash, warmUp } = this.#processor
    if (!warmUp) return false
    return v !== stateVersion || config !== configHash || warmUp.isNeeded(state as State)
  }

  /** @throws StateRefused */
  unpack(transferred: TransferredState): Held<State> {
    return { route: transferred.route, state: this.#current(transferred) }
  }

  encode(entry: KeyEntry<State>): string {
    const { stateVersion: v, configHash: config } = this.#processor
    const { left, early, residencies: tenures } = entry
    return JSON.stringify({ v, config, left, early, tenures })
  }

  /** @throws StateRefused */
  decode(key: string, text: string): KeyEntry<State> {
    const { v, config, left, early, tenures } = JSON.parse(text) as StoredEntry
    const current = ({ route, state }: NonNullable<StoredResidency['held']>) => ({
      route,
      state: this.#current({ v, config, state }),
    })
    return { key, left, early, residencies: tenures.map(t => ({ ...t, held: t.held && current(t.held) })) }
  }

  /** @throws StateRefused */
  decodePositions(text: string): Positions {
    const { v = 1, input, handovers } = JSON.parse(text) as Positions & { v?: number }
    if (v > LAYOUT) throw newer(this.#where, 'records', v, LAYOUT)
    return { input, handovers }
  }

  /** Of an older version by the chain of upgrades, then of another configuration. */
  #current({ v = 1, config, state }: Pick<TransferredState, 'v' | 'config' | 'state'>): State {
    const { stateVersion, configHash } = this.#processor
    if (v > stateVersion) throw newer(this.#where, 'states', v, stateVersion)
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

/** What a changelog partition holds: every key's entry and the positions they belong to. */
export interface Restored<State> {
  readonly entries: Map<string, KeyEntry<State>>
  readonly positions: Positions | null
  readonly records: number
  /** When the newest barrier was written, by the clock that stamps records, Unix ms; undefined where there is none. */
  readonly barrierMs: number | undefined
}

/** Reads a changelog partition; the last record of a key counts. @throws StateRefused */
export async function restore<State>(
  chunks: AsyncIterable<readonly LogRecord[]>,
  codec: StateCodec<State>,
): Promise<Restored<State>> {
  const latest = new Map<string, Buffer | null>()
  let records = 0
  let barrierMs: number | undefined
  for await (const chunk of chunks) {
    records += chunk.length
    for (const { key, value, timestamp } of chunk)
      if (key === BARRIER_KEY) barrierMs = timestamp
      else if (key !== null) latest.set(key, value)
  }
  const position = latest.get(POSITION_KEY)
  latest.delete(POSITION_KEY)
  const positions = position ? codec.decodePositions(position.toString()) : null
  const entries = new Map<string, KeyEntry<State>>()
  for (const [key, value] of latest) if (value) entries.set(key, codec.decode(key, value.toString()))
  return { entries, positions, records, barrierMs }
}
