import { setTimeout as sleep } from 'node:timers/promises'
import type { Broker, Cluster, Consumer, Kafka } from 'kafkajs'
import type { FetchResponse } from '../apis/fetch-response.ts'
import { METADATA_MAX_AGE_MS } from './client.ts'
import { isStaleMetadata } from './errors.ts'

/** The parts of kafkajs's cluster that are used and that its types leave out. */
interface OpenCluster extends Cluster {
  readonly targetTopics: Set<string>
  removeBroker(address: { host: string; port: number }): void
}

export interface FetchRequest {
  readonly topic: string
  readonly partition: number
  readonly from: number
}

const EARLIEST = -2
const LATEST = -1
const READ_UNCOMMITTED = 0
const READ_COMMITTED = 1
const FETCH_BYTES = 2 << 20
/**
 * However many partitions: larger ones would have to be new memory each time, which costs more than the copying. What is
 * around the records fits into 4 MiB with them, which is the size of a buffer.
 */
const RESPONSE_BYTES = (4 << 20) - (64 << 10)

/**
 * A connection to the brokers for reading partitions without a group. kafkajs hands its cluster to the factory of a
 * partition assigner, which is the public way to one; the consumer that it belongs to never runs.
 */
export class ReadCluster {
  readonly #consumer: Consumer
  #cluster: OpenCluster | undefined
  #connecting: Promise<void> | undefined

  constructor(kafka: Kafka) {
    this.#consumer = kafka.consumer({
      groupId: 'candlewick-reader-without-a-group',
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      partitionAssigners: [
        ({ cluster }) => {
          this.#cluster = cluster as OpenCluster
          const protocol = () => ({ name: 'none', metadata: Buffer.alloc(0) })
          return { name: 'none', version: 0, assign: async () => [], protocol }
        },
      ],
    })
  }

  async #connected(): Promise<OpenCluster> {
    this.#connecting ??= this.#consumer.connect().catch(error => {
      this.#connecting = undefined
      throw error
    })
    await this.#connecting
    return this.#cluster!
  }

  /** @returns the leader of each known partition; those that are not known yet are refreshed and left out. */
  async leaders<R extends FetchRequest>(requests: readonly R[]): Promise<Map<number, R[]>> {
    const cluster = await this.#connected()
    await cluster.addMultipleTargetTopics([...new Set(requests.map(r => r.topic))])
    await cluster.refreshMetadataIfNecessary()
    const byLeader = new Map<number, R[]>()
    for (const request of requests) {
      const leader = this.#leader(cluster, request.topic, request.partition)
      if (leader === undefined) continue
      const led = byLeader.get(leader) ?? []
      led.push(request)
      byLeader.set(leader, led)
    }
    if (byLeader.size === 0) await cluster.refreshMetadata()
    return byLeader
  }

  #leader(cluster: OpenCluster, topic: string, partition: number): number | undefined {
    const leader = cluster.findTopicPartitionMetadata(topic).find(p => p.partitionId === partition)?.leader
    return leader === undefined || leader < 0 ? undefined : leader
  }

  async #broker(cluster: OpenCluster, nodeId: number): Promise<Broker> {
    return cluster.findBroker({ nodeId: String(nodeId) })
  }

  /** One fetch from one broker, whose errors a partition are in the answer. */
  async fetch(nodeId: number, requests: readonly FetchRequest[], waitMs: number): Promise<FetchResponse> {
    const cluster = await this.#connected()
    const broker = await this.#broker(cluster, nodeId)
    const partitions = Map.groupBy(requests, r => r.topic)
    const topics = [...partitions].map(([topic, wanted]) => ({
      topic,
      partitions: wanted.map(r => ({ partition: r.partition, fetchOffset: String(r.from), maxBytes: FETCH_BYTES })),
    }))
    const request = {
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes: RESPONSE_BYTES,
      isolationLevel: READ_COMMITTED,
      topics,
    }
    return (await (broker.fetch as unknown as (r: typeof request) => Promise<FetchResponse>)(request)) as FetchResponse
  }

  /** @returns the log's start and its end, the end not held back by open transactions. @throws Error for no such partition */
  async offsets(topic: string, partition: number): Promise<{ start: number; end: number }> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const [leader] = (await this.leaders([{ topic, partition, from: 0 }])).keys()
      const listed = leader === undefined ? undefined : await this.#listed(leader, topic, partition)
      if (listed) return listed
      await sleep(50)
    }
    throw new Error(`Partition ${partition} of topic ${topic} is not known to the broker`)
  }

  /** @returns undefined where the broker does not lead the partition, or not yet: a new topic's first moments. */
  async #listed(leader: number, topic: string, partition: number): Promise<{ start: number; end: number } | undefined> {
    const broker = await this.#broker(await this.#connected(), leader)
    try {
      const start = await list(broker, topic, partition, EARLIEST)
      const end = await list(broker, topic, partition, LATEST)
      return start === undefined || end === undefined ? undefined : { start, end }
    } catch (error) {
      if (!isStaleMetadata(error)) throw error
      await this.refresh()
      return undefined
    }
  }

  /** The next call finds its leaders afresh, on a new connection if the error is that this one is closed. */
  async refresh(error?: unknown): Promise<void> {
    const { name, host, port } = Object(error) as { name?: string; host?: string; port?: number }
    if (name === 'KafkaJSConnectionClosedError' && host && port) this.#cluster?.removeBroker({ host, port })
    await this.#cluster?.refreshMetadata().catch(() => {})
  }

  async close(): Promise<void> {
    await this.#consumer.disconnect()
  }
}

type ListOffsets = (request: object) => Promise<{
  responses: { partitions: { partition: number; errorCode: number; offset: string }[] }[]
}>

async function list(broker: Broker, topic: string, partition: number, timestamp: number): Promise<number | undefined> {
  const request = { isolationLevel: READ_UNCOMMITTED, topics: [{ topic, partitions: [{ partition, timestamp }] }] }
  const answer = await (broker as unknown as { listOffsets: ListOffsets }).listOffsets(request)
  const offset = answer.responses[0]?.partitions[0]?.offset
  return offset === undefined ? undefined : Number(offset)
}
