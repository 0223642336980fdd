import type { LogRecord } from '@candlewick/streams'

export interface DeadLetter {
  readonly at_ms: number
  readonly service: string
  readonly reason: string
  readonly key: string | null
  /** Where the record was read: topic/partition/offset. */
  readonly source: string
  /** The beginning of its value, or of its headers if it has no value; `…` at the end shows that there is more. */
  readonly value: string
}

const KEPT_MAX = 200
const VALUE_BYTES_MAX = 300
const TEXT_MAX = 200
/** Maximum number of reasons. Anybody can write a reason into a header, so there could be any number. */
const REASONS_MAX = 50
const OTHER = 'other reasons'

/** The newest dead letters, oldest first, and how many of each reason have been read. */
export class DeadLetters {
  readonly #last: DeadLetter[] = []
  readonly #reasons = new Map<string, number>()
  /** Number of letters that are not kept any more. */
  dropped = 0

  add({ timestamp, key, value, headers = {} }: LogRecord): DeadLetter {
    const { service = '?', reason = '?', source_topic, source_partition, source_offset, source_headers = '' } = headers
    const letter = {
      at_ms: timestamp,
      service: shortened(service),
      reason: shortened(reason),
      key: key === null ? null : shortened(key),
      source: shortened([source_topic, source_partition, source_offset].join('/')),
      value: beginningOf(value ?? Buffer.from(source_headers)),
    }
    this.#last.push(letter)
    if (this.#last.length > KEPT_MAX) {
      this.#last.shift()
      this.dropped++
    }
    this.#count(letter.reason)
    return letter
  }

  /** How many letters of each reason have been read. */
  get reasons(): Record<string, number> {
    return Object.fromEntries(this.#reasons)
  }

  /** How many letters have been read. */
  get count(): number {
    return this.#last.length + this.dropped
  }

  /** @returns the newest `n`, newest first. */
  last(n: number): DeadLetter[] {
    return this.#last.slice(-n).reverse()
  }

  #count(reason: string): void {
    const reasons = this.#reasons
    const name = reasons.has(reason) || reasons.size < REASONS_MAX ? reason : OTHER
    reasons.set(name, (reasons.get(name) ?? 0) + 1)
  }
}

const shortened = (text: string): string => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text)

function beginningOf(value: Buffer): string {
  const text = value.subarray(0, VALUE_BYTES_MAX).toString()
  return value.length > VALUE_BYTES_MAX ? `${text}…` : text
}
