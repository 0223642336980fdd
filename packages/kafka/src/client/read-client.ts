import { setTimeout as sleep } from 'node:timers/promises'
import { type FetchResponse, fetchV11 } from '../apis/fetch-v11.ts'
import { EARLIEST, LATEST, listOffsetsV2 } from '../apis/list-offsets-v2.ts'
import { idOf, metadataV10 } from '../apis/metadata-v10.ts'
import { Connection, isSupported, type TopicPartition } from './connection.ts'
import { ErrorCodes, isStaleMetadata, protocolError } from './errors.ts'
import type { KafkaCluster } from './kafkajs.ts'

export interface FetchFrom extends TopicPartition {
  readonly from: number
}

/** Maximum size of the records of one partition in a fetch, bytes. */
const FETCH_BYTES = 2 << 20
/**
 * Maximum size of a response for any number of partitions, bytes. With the fields around the records it fits into 4 MiB, the
 * size of a pooled buffer. A larger response would need new memory each time, which costs more than the copying.
 */
const RESPONSE_BYTES = (4 << 20) - (64 << 10)
/** The election of a new topic's leader may take a moment, so the look-up is repeated twenty times, for a second. */
const ATTEMPTS = 20
const RETRY_MS = 50

/** Reads partitions from their leaders, without a consumer group. */
export class ReadClient {
  readonly #connection: Connection

  constructor(cluster: KafkaCluster) {
    this.#connection = new Connection(cluster)
  }

  /** @returns the partitions by leader, without partitions whose leader is unknown. If no leader is known, all are looked up again. */
  async leaders<P extends TopicPartition>(partitions: readonly P[]): Promise<Map<number, P[]>> {
    const led = await this.#connection.byLeader(partitions)
    if (led.size === 0) await this.#connection.recover()
    return led
  }

  /** Fetches once from one broker. Errors of partitions are in the response. */
  async fetch(leader: number, partitions: readonly FetchFrom[], waitMs: number): Promise<FetchResponse> {
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, partitions]) => ({
      topic,
      partitions,
    }))
    const request = { waitMs, mostBytes: RESPONSE_BYTES, mostBytesAPartition: FETCH_BYTES, topics }
    return this.#connection.send(await this.#connection.broker(leader), fetchV11, request)
  }

  /**
   * @returns the partition's first offset and its high watermark, which also counts records of open transactions.
   * @throws Error for a partition that does not exist
   */
  async offsets(topic: string, partition: number): Promise<{ start: number; end: number }> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [leader] = (await this.leaders([{ topic, partition }])).keys()
      const listed = leader === undefined ? undefined : await this.#listed(leader, topic, partition)
      if (listed) return listed
      await sleep(RETRY_MS)
    }
    throw new Error(`Partition ${partition} of topic ${topic} is not known to the broker`)
  }

  /** @returns undefined when the broker does not lead the partition (yet). */
  async #listed(leader: number, topic: string, partition: number): Promise<{ start: number; end: number } | undefined> {
    try {
      const start = await this.#list(leader, topic, partition, EARLIEST)
      const end = await this.#list(leader, topic, partition, LATEST)
      return start === undefined || end === undefined ? undefined : { start, end }
    } catch (error) {
      if (!isStaleMetadata(error)) throw error
      await this.#connection.recover()
      return undefined
    }
  }

  async #list(leader: number, topic: string, partition: number, timestamp: number): Promise<number | undefined> {
    const broker = await this.#connection.broker(leader)
    const listed = await this.#connection.send(broker, listOffsetsV2, { topic, partition, timestamp })
    if (listed && listed.errorCode !== ErrorCodes.NONE) throw protocolError(listed.errorCode, topic, 'describe')
    return listed?.offset
  }

  /**
   * @returns the topic's id, which is unique even if the topic is deleted and created again; undefined if the broker has no
   *   topic ids (Kafka before 2.8), or does not know the topic now
   */
  async topicId(topic: string): Promise<string | undefined> {
    const [leader] = (await this.leaders([{ topic, partition: 0 }])).keys()
    if (leader === undefined) return undefined
    const broker = await this.#connection.broker(leader)
    if (!isSupported(broker, metadataV10)) return undefined
    const found = await this.#connection.send(broker, metadataV10, { topic })
    return found && found.errorCode === ErrorCodes.NONE ? idOf(found) : undefined
  }

  /** Makes the next call look the leaders up again, on a new connection if the error says that this one is closed. */
  async recover(error?: unknown): Promise<void> {
    await this.#connection.recover(error)
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }
}
