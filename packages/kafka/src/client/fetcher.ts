import { setTimeout as sleep } from 'node:timers/promises'
import type { FetchedPartition, FetchResponse } from '../apis/fetch-v11.ts'
import { OffsetOutOfRange, type PartitionReader } from '../log.ts'
import { ErrorCodes, fetchError } from './errors.ts'
import { BufferedReader } from './partition-reader.ts'
import type { ReadClient } from './read-client.ts'

/** How long a broker waits for records before it answers that there are none. */
const LONG_POLL_MS = 100
/** How long a broker waits while a reader's buffer is full: when that reader has room again, it must not wait for the others' long poll. */
const SHORT_POLL_MS = 5
const BACKOFF_MS = { first: 50, most: 2000 }

/** Keeps the buffers of all readers filled, with at most one fetch in flight to each broker. */
export class Fetcher {
  readonly #client: ReadClient
  readonly #report: (error: unknown) => void
  readonly #readers = new Set<BufferedReader>()
  readonly #busy = new Set<number>()
  #planning = false
  #again = false
  #awaitingLeaders = false
  #backoffMs = BACKOFF_MS.first
  #closed = false

  constructor(client: ReadClient, report: (error: unknown) => void) {
    this.#client = client
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
      const led = new Set([...byLeader.values()].flat())
      const leaderless = idle.filter(reader => !led.has(reader))
      for (const reader of leaderless) reader.interrupt()
      if (leaderless.length > 0) void this.#awaitLeaders()
    } catch (error) {
      await this.#backOff(error)
      this.#again = true
    }
  }

  /**
   * @returns the readers that have room when this resolves. Otherwise a reader whose buffer gets room during the look-up of
   * the leaders would miss this fetch and wait for its whole long poll.
   */
  async #idle(): Promise<{
    idle: readonly BufferedReader[]
    byLeader: ReadonlyMap<number, readonly BufferedReader[]>
  }> {
    for (;;) {
      this.#again = false
      const idle = [...this.#readers].filter(r => r.wants)
      const byLeader = idle.length === 0 ? new Map<number, BufferedReader[]>() : await this.#client.leaders(idle)
      if (!this.#again || this.#closed) return { idle, byLeader }
    }
  }

  async #fetch(leader: number, readers: readonly BufferedReader[]): Promise<void> {
    this.#busy.add(leader)
    const waitMs = [...this.#readers].some(r => r.full) ? SHORT_POLL_MS : LONG_POLL_MS
    for (const reader of readers) reader.fetching = true
    try {
      await this.#deliver(await this.#client.fetch(leader, readers, waitMs), readers)
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
      if (errorCode === ErrorCodes.NONE && reader) this.#offer(reader, fetched)
      else if (errorCode === ErrorCodes.OFFSET_OUT_OF_RANGE && reader) await this.#outOfRange(reader)
      else if (errorCode === ErrorCodes.TOPIC_AUTHORIZATION_FAILED)
        reader?.fail(fetchError(topic, partition, errorCode))
      else {
        reader?.interrupt()
        failed = fetchError(topic, partition, errorCode)
      }
    }
    if (failed) throw failed
  }

  /** Brokers fill a response in the order of the request, so a partition that received records moves to the end of the next request. */
  #offer(reader: BufferedReader, fetched: FetchedPartition): void {
    if (fetched.data.length > 0 && this.#readers.delete(reader)) this.#readers.add(reader)
    reader.offer(fetched)
  }

  async #outOfRange(reader: BufferedReader): Promise<void> {
    const { topic, partition, from } = reader
    const { start } = await this.#client.offsets(topic, partition)
    reader.fail(new OffsetOutOfRange(topic, partition, from, start))
  }

  /** Looks unknown partitions and partitions without a leader up again, while the others are fetched. */
  async #awaitLeaders(): Promise<void> {
    if (this.#awaitingLeaders) return
    this.#awaitingLeaders = true
    await sleep(BACKOFF_MS.first)
    await this.#client.recover()
    this.#awaitingLeaders = false
    this.#next()
  }

  /** Repeats while the broker is unreachable, at intervals of at most two seconds. */
  async #backOff(error: unknown): Promise<void> {
    if (this.#closed) return
    this.#report(error)
    const ms = this.#backoffMs
    this.#backoffMs = Math.min(ms * 2, BACKOFF_MS.most)
    await sleep(ms)
    if (!this.#closed) await this.#client.recover(error)
  }
}
