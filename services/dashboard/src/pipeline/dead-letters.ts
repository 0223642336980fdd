import type { LogRecord } from '@candlewick/streams'

export interface DeadLetter {
  readonly at_ms: number
  readonly service: string
  readonly reason: string
  readonly key: string | null
  /** Where it was read from: topic/partition/offset. */
  readonly source: string
  /** The beginning of its value. */
  readonly value: string
}

const MOST = 200
const VALUE_MOST = 300

/** The last dead letters, oldest first, and how many of each reason have been read. */
export class DeadLetters {
  readonly #last: DeadLetter[] = []
  readonly reasons: Record<string, number> = {}

  add({ timestamp, key, value, headers = {} }: LogRecord): DeadLetter {
    const { service = '?', reason = '?', source_topic, source_partition, source_offset } = headers
    const source = [source_topic, source_partition, source_offset].join('/')
    const text = value?.subarray(0, VALUE_MOST).toString() ?? ''
    const letter = { at_ms: timestamp, service, reason, key, source, value: text }
    this.#last.push(letter)
    if (this.#last.length > MOST) this.#last.shift()
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1
    return letter
  }

  /** @returns the newest `n`, newest first. */
  last(n: number): DeadLetter[] {
    return this.#last.slice(-n).reverse()
  }
}
