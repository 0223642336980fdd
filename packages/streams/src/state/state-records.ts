import type { Outgoing } from '@candlewick/kafka/log'
import type { KeyEntry } from '../migration/residency.ts'
import type { StateCodec } from './state-codec.ts'

/** Half of the record size that a broker takes unless it is set otherwise. */
const LARGE_STATE_BYTES = 512 << 10

/** The largest state of a transaction, as JSON. */
export interface LargestState {
  readonly key: string
  readonly bytes: number
}

/**
 * Appends the changelog records of the entries. Each state is encoded as it is pushed: strings that wait for the commit would
 * outlive V8's young generation.
 */
export function pushStates<State>(
  records: Outgoing,
  entries: Iterable<KeyEntry<State>>,
  codec: StateCodec<State>,
  to: { readonly topic: string; readonly partition: number },
  count: (name: string, by: number) => void,
): LargestState {
  let largest = { key: '', bytes: 0 }
  for (const entry of entries) {
    const { key } = entry
    const value = codec.encode(entry)
    if (value.length > largest.bytes) largest = { key, bytes: value.length }
    if (value.length > LARGE_STATE_BYTES) count(`large_states:${key}, ${value.length} bytes`, 1)
    records.push({ topic: to.topic, partition: to.partition, key, value })
  }
  return largest
}
