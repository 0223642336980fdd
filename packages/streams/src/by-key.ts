import type { LogRecord } from './log.ts'

/**
 * The same records, those of one key one after the other, each key's in their order. Only what befalls a key has an
 * order that means something; and with thousands of keys, a key's state would have left the processor's cache between
 * one of its records and the next, at several times the cost of processing the record.
 */
export function byKey(records: readonly LogRecord[]): readonly LogRecord[] {
  const count = records.length
  const lists = new Map<string | number | null, number>()
  /** By list: the index of its first and its last record so far. */
  const first = new Uint32Array(count)
  const last = new Uint32Array(count)
  /** By record: the index of the next one of its list; 0, which follows none, at the end. */
  const next = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const { key: text, keyNumber } = records[i]!
    const key = keyNumber ?? text
    const list = lists.get(key)
    if (list === undefined) {
      first[lists.size] = last[lists.size] = i
      lists.set(key, lists.size)
    } else {
      next[last[list]!] = i
      last[list] = i
    }
  }
  const ordered: LogRecord[] = []
  for (let list = 0; list < lists.size; list++) {
    let i = first[list]!
    do {
      ordered.push(records[i]!)
      i = next[i]!
    } while (i > 0)
  }
  return ordered
}
