import { setTimeout as sleep } from 'node:timers/promises'
import type { Log, LogRecord } from '@candlewick/streams'

const PARTITIONS_MS = 500
const TAKE_MS = 1000

/** Receives each committed record of a topic, control records included. */
export type Take = (record: LogRecord, partition: number) => void

/** Reads topics from their start, including added partitions, and survives every fault of the broker. */
export class Observer {
  readonly #log: Log
  readonly #takers: ReadonlyMap<string, Take>
  readonly #stopped = new AbortController()
  readonly #reading = new Map<string, number>()
  readonly #loops: Promise<void>[] = []
  /** Rejects with the first error that cannot be retried. */
  readonly failed: Promise<never>
  #fail: (error: unknown) => void = () => {}

  constructor(log: Log, takers: Readonly<Record<string, Take>>) {
    this.#log = log
    this.#takers = new Map(Object.entries(takers))
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {})
    this.#loops.push(this.#watch())
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#loops)
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      // The broker may be down: retry.
      const counts = await this.#log.topics.partitions([...this.#takers.keys()]).catch(() => new Map<string, number>())
      for (const [topic, count] of counts)
        for (let p = this.#reading.get(topic) ?? 0; p < count; p++) {
          this.#reading.set(topic, p + 1)
          this.#loops.push(this.#read(topic, p).catch(this.#fail))
        }
      await sleep(PARTITIONS_MS, undefined, { signal }).catch(() => {})
    }
  }

  async #read(topic: string, partition: number): Promise<void> {
    const take = this.#takers.get(topic)!
    const reader = this.#log.reader(topic, partition, 0)
    while (!this.#stopped.signal.aborted)
      for (const record of (await reader.take(TAKE_MS))?.records ?? []) take(record, partition)
    reader.close()
  }
}
