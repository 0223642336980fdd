import type { OutRecord } from './log.ts'

/** What the next transaction will publish, in order. */
export class Outbox {
  #records: OutRecord[] = []

  get size(): number {
    return this.#records.length
  }

  add(record: OutRecord): void {
    this.#records.push(record)
  }

  control(topic: string, partition: number, kind: string, value: { readonly pair: string }): void {
    this.add({ topic, partition, key: value.pair, value: JSON.stringify(value), headers: { control: kind } })
  }

  take(): OutRecord[] {
    const records = this.#records
    this.#records = []
    return records
  }
}
