import { setTimeout as sleep } from 'node:timers/promises'
import type { FetchedPartition, FetchResponse } from '../apis/fetch-response.ts'
import { OffsetOutOfRange, type PartitionReader } from '../log.ts'
import { BufferedReader } from './buffered-reader.ts'
import type { ReadCluster } from './cluster.ts'
import { FetchErrors, fetchError } from './errors.ts'

/** How long a broker holds a fetch back that has nothing to answer. */
const LONG_POLL_MS = 100
/** The same while some reader is full: it must not wait for the others' long poll when it has room again. */
const SHORT_POLL_MS = 5
const BACKOFF_MS = { first: 50, most: 2000 }

/** Keeps the buffers of all readers filled, with one fetch at a time in flight to each broker. */
export class Fetcher {
  readonly #cluster: ReadCluster
  readonly #report: (error: unknown) => void
  readonly #readers = new Set<BufferedReader>()
  readonly #busy = new Set<number>()
  #planning = false
  #again = false
  #awaitingLeaders = false
  #backoffMs = BACKOFF_MS.first
  #closed = false

  constructor(cluster: ReadCluster, report: (error: unknown) => void) {
    this.#cluster = cluster
    this.#report = report
  }

  reader(topic: string, partition: number, from: number, wake: () => void = () => {}): PartitionReader {
    const reader = new BufferedReader(topic, partition, from, wake, {
      hasRoom: () => this.#next(),
      closed: () => this.#readers.delete(reader),
    })
    this.#readers.add(reader)
    this.#next()
    return reader
  }

  close(): void {
    this.#closed = true
  }

  #next(): void {
    if (this.#closed) return
    if (this.#planning) {
      this.#again = true
      return
    }
    this.#planning = true
    void this.#plan().finally(() => {
      this.#planning = false
      if (!this.#again) return
      this.#again = false
      this.#next()
    })
  }

  async #plan(): Promise<void> {
    try {
      const { idle, byLeader } = await this.#idle()
      for (const [leader, readers] of byLeader) if (!this.#busy.has(leader)) void this.#fetch(leader, readers)
      const known = [...byLeader.values()].reduce((sum, led) => sum + led.length, 0)
      if (known < idle.length) void this.#awaitLeaders()
    } catch (error) {
      await this.#backOff(error)
      this.#again = true
    }
  }

  /**
   * Those who want something, as they are when this resolves: one that had no room when their leaders were asked for, and
   * has it now, would be left out of a fetch that is held back for long.
   */
  async #idle(): Promise<{
    idle: readonly BufferedReader[]
    byLeader: ReadonlyMap<number, readonly BufferedReader[]>
  }> {
    for (;;) {
      this.#again = false
      const idle = [...this.#readers].filter(r => r.wants)
      const byLeader = idle.length === 0 ? new Map<number, BufferedReader[]>() : await this.#cluster.leaders(idle)
      if (!this.#again || this.#closed) return { idle, byLeader }
    }
  }

  async #fetch(leader: number, readers: readonly BufferedReader[]): Promise<void> {
    this.#busy.add(leader)
    const waitMs = [...this.#readers].some(r => r.full) ? SHORT_POLL_MS : LONG_POLL_MS
    for (const reader of readers) reader.fetching = true
    try {
      await this.#deliver(await this.#cluster.fetch(leader, readers, waitMs), readers)
      this.#backoffMs = BACKOFF_MS.first
    } catch (error) {
      await this.#backOff(error)
    } finally {
      for (const reader of readers) reader.fetching = false
      this.#busy.delete(leader)
    }
    this.#next()
  }

  async #deliver(response: FetchResponse, readers: readonly BufferedReader[]): Promise<void> {
    const byPartition = new Map(readers.map(r => [`${r.partition}/${r.topic}`, r]))
    let failed: Error | undefined
    for (const fetched of response.partitions) {
      const reader = byPartition.get(`${fetched.partition}/${fetched.topic}`)
      const { topic, partition, errorCode } = fetched
      if (errorCode === 0 && reader) this.#offer(reader, fetched)
      else if (errorCode === FetchErrors.OFFSET_OUT_OF_RANGE && reader) await this.#outOfRange(reader)
      else if (errorCode === FetchErrors.TOPIC_AUTHORIZATION_FAILED)
        reader?.fail(fetchError(topic, partition, errorCode))
      else failed = fetchError(topic, partition, errorCode)
    }
    if (failed) throw failed
  }

  /** Brokers fill a response in the order of the request: who got something is asked for last the next time. */
  #offer(reader: BufferedReader, fetched: FetchedPartition): void {
    if (fetched.data.length > 0 && this.#readers.delete(reader)) this.#readers.add(reader)
    reader.offer(fetched)
  }

  async #outOfRange(reader: BufferedReader): Promise<void> {
    const { topic, partition, from } = reader
    const { start, end } = await this.#cluster.offsets(topic, partition)
    reader.fail(new OffsetOutOfRange(topic, partition, from, from < start ? start : end))
  }

  /** Some partitions are not known or have no leader: they are looked for again, while the others go on. */
  async #awaitLeaders(): Promise<void> {
    if (this.#awaitingLeaders) return
    this.#awaitingLeaders = true
    await sleep(BACKOFF_MS.first)
    await this.#cluster.refresh()
    this.#awaitingLeaders = false
    this.#next()
  }

  /** The broker is away or has changed: tried again for as long as it takes, at most every two seconds. */
  async #backOff(error: unknown): Promise<void> {
    if (this.#closed) return
    this.#report(error)
    const ms = this.#backoffMs
    this.#backoffMs = Math.min(ms * 2, BACKOFF_MS.most)
    await sleep(ms)
    if (!this.#closed) await this.#cluster.refresh(error)
  }
}
