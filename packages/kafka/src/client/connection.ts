import { type Api, frameRequest } from '../apis/api.ts'
import { written } from '../memory/buffer-pool.ts'
import { CallGate } from './call-gate.ts'
import { asTopicDenied, hasType } from './errors.ts'
import type { CoordinatorType, KafkaBroker, KafkaCluster } from './kafkajs.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/**
 * Connections to a cluster's brokers. kafkajs opens and authenticates them and looks up the leaders of partitions; the
 * requests and responses are ours. Connects at the first use.
 */
export class Connection {
  readonly #cluster: KafkaCluster
  readonly #gate = new CallGate()
  #connecting: Promise<void> | undefined

  constructor(cluster: KafkaCluster) {
    this.#cluster = cluster
  }

  /** @returns the partitions by the node id of their leader; partitions without a known leader are left out. */
  async byLeader<P extends TopicPartition>(partitions: readonly P[]): Promise<Map<number, P[]>> {
    await this.#know(partitions.map(({ topic }) => topic))
    const led = new Map<number, P[]>()
    for (const partition of partitions) {
      const leader = this.#leader(partition)
      if (leader === undefined) continue
      const others = led.get(leader)
      if (others) others.push(partition)
      else led.set(leader, [partition])
    }
    return led
  }

  /** @param nodeId of a leader that {@link byLeader} has returned */
  async broker(nodeId: number | string): Promise<KafkaBroker> {
    await this.#connect()
    return this.#gate.run(() => this.#cluster.findBroker({ nodeId: String(nodeId) }))
  }

  /** @param id of the consumer group, or the transactional id */
  async coordinator(coordinatorType: CoordinatorType, id: string): Promise<KafkaBroker> {
    await this.#know([])
    return this.#gate.run(() => this.#cluster.findGroupCoordinator({ groupId: id, coordinatorType }))
  }

  /** Sends a request of ours on an authenticated connection. */
  async send<Request, Response>(broker: KafkaBroker, api: Api<Request, Response>, request: Request): Promise<Response> {
    failUnlessSupported(broker, api)
    let sent: Buffer | undefined
    try {
      // The pool connects for the first request of its kind.
      const response = await this.#gate.run(() =>
        broker.connectionPool.send({
          request: {
            apiKey: api.key,
            apiName: api.name,
            apiVersion: api.version,
            frame(header) {
              sent = frameRequest(api, request, header)
              return sent
            },
          },
          response: { decode: async payload => api.decode(payload), parse: async response => response },
        }),
      )
      // The buffer is given back only here, because a failed request may still be waiting in the socket.
      if (sent) written.give(sent)
      return response
    } catch (error) {
      // kafkajs's own calls also disconnect, so that the next call connects again.
      if (hasType(error, 'KafkaJSConnectionClosedError')) await broker.disconnect()
      throw error
    }
  }

  /** Looks the leaders up again after an error, on a new connection if this one is closed. Does not throw. */
  async recover(error?: unknown): Promise<void> {
    const { host, port } = Object(error) as { host?: string; port?: number }
    if (hasType(error, 'KafkaJSConnectionClosedError') && host && port) this.#cluster.removeBroker({ host, port })
    try {
      await this.#gate.run(async () => {
        if (!this.#cluster.isConnected()) await this.#cluster.connect()
        await this.#cluster.refreshMetadata()
      })
    } catch {
      // The caller's next attempt fails for the same cause and reports it.
    }
  }

  async close(): Promise<void> {
    await this.#gate.close(() => this.#cluster.disconnect())
  }

  async #connect(): Promise<void> {
    this.#connecting ??= this.#gate
      .run(() => this.#cluster.connect())
      .catch(error => {
        this.#connecting = undefined
        throw error
      })
    await this.#connecting
  }

  async #know(topics: readonly string[]): Promise<void> {
    await this.#connect()
    try {
      const unknown = topics.filter(topic => !this.#cluster.targetTopics.has(topic))
      await this.#gate.run(async () => {
        if (unknown.length > 0) await this.#cluster.addMultipleTargetTopics([...new Set(unknown)])
        await this.#cluster.refreshMetadataIfNecessary()
      })
    } catch (error) {
      throw asTopicDenied(error, 'describe')
    }
  }

  #leader({ topic, partition }: TopicPartition): number | undefined {
    const leader = this.#cluster.findTopicPartitionMetadata(topic).find(p => p.partitionId === partition)?.leader
    return leader === undefined || leader < 0 ? undefined : leader
  }
}

/** @returns whether the broker answers this version of the API. */
export function isSupported({ versions }: KafkaBroker, { key, version }: Api<never, unknown>): boolean {
  const { minVersion = 0, maxVersion = -1 } = versions[key] ?? {}
  return version >= minVersion && version <= maxVersion
}

/** Without this check the broker would just close the connection. @throws Error that names the broker and the version */
function failUnlessSupported(broker: KafkaBroker, api: Api<never, unknown>): void {
  if (!isSupported(broker, api))
    throw new Error(
      `Broker ${broker.brokerAddress} does not support version ${api.version} of ${api.name}: use Kafka 2.3 or later, or Redpanda`,
    )
}
