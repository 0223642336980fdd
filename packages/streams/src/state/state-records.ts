import type { Outgoing } from '@candlewick/kafka/log'
import type { KeyEntry } from '../migration/residency.ts'
import { headOf, partKey } from './changelog.ts'
import { partsOf } from './parts.ts'
import type { StateCodec } from './state-codec.ts'

/** Maximum number of characters of a setting in a message. */
const SETTING_CHARACTERS = 200

/** The largest state of a transaction, as JSON. */
export interface LargestState {
  readonly key: string
  readonly bytes: number
}

export interface StateRecordsOptions {
  readonly partition: number
  /** The configuration that makes states large, for messages. */
  readonly setting: string
  readonly bytesMax: number
  count(name: string, by: number): void
}

/** Writes states to a changelog. A state that does not fit into a record is written as several records of one transaction. */
export class StateRecords<State> {
  readonly #codec: StateCodec<State>
  readonly #o: StateRecordsOptions
  /** Whether the changelog has had a state in parts since the restore. Version 0.1 cannot read such states. */
  hasParts: boolean

  constructor(codec: StateCodec<State>, entries: Iterable<KeyEntry<State>>, options: StateRecordsOptions) {
    this.#codec = codec
    this.#o = options
    this.hasParts = [...entries].some(({ parts = 0 }) => parts > 0)
  }

  /**
   * Appends the records of the entries. Each state is encoded as it is pushed: strings that wait for the commit would outlive
   * V8's young generation.
   */
  push(records: Outgoing, topic: string, entries: Iterable<KeyEntry<State>>): LargestState {
    let largest = { key: '', bytes: 0 }
    const { partition, bytesMax } = this.#o
    for (const entry of entries) {
      const { key } = entry
      const value = this.#codec.encode(entry)
      if (value.length > largest.bytes) largest = { key, bytes: value.length }
      const parts = partsOf(value, bytesMax)
      if (parts || entry.parts) this.#pushParts(records, topic, entry, parts ?? [])
      records.push({ topic, partition, key, value: parts ? headOf(parts.length) : value })
    }
    return largest
  }

  #pushParts(records: Outgoing, topic: string, entry: KeyEntry<State>, parts: readonly Buffer[]): void {
    const { partition, setting, count } = this.#o
    const { key, parts: before = 0 } = entry
    // A smaller state has fewer parts. Tombstones for the other parts let compaction remove them.
    for (let i = 0; i < Math.max(before, parts.length); i++)
      records.push({ topic, partition, key: partKey(key, i), value: parts[i] ?? null })
    entry.parts = parts.length
    if (parts.length === 0) return
    this.hasParts = true
    const bytes = parts.reduce((sum, part) => sum + part.length, 0)
    const text = setting.length > SETTING_CHARACTERS ? `${setting.slice(0, SETTING_CHARACTERS)}…` : setting
    count(`large_states:${key}, ${bytes} bytes in ${parts.length} records, with the setting ${text}`, 1)
  }
}
