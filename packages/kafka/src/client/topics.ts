import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Kafka } from 'kafkajs'
import type { TopicAdmin } from '../log.ts'
import { CallGate } from './call-gate.ts'
import { asTopicDenied, hasType } from './errors.ts'

/** Wait between attempts while this service has no right to create topics. */
const DENIED_MS = 2000
/** A broker may not yet know a topic that another broker has just created. */
const SPREAD_MS = 50
const NOT_ALLOWED = ['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'POLICY_VIOLATION']
/** Stands for the broker's own default. */
const REPLICATION_FACTOR = -1

/** Creates and grows topics with kafkajs's admin client. Connects at the first use. */
export class KafkaTopics implements TopicAdmin {
  readonly #admin: Admin
  readonly #report: (message: string, error: unknown) => void
  readonly #gate = new CallGate()
  #connected: Promise<void> | undefined
  #closed = false

  constructor(kafka: Kafka, report: (message: string, error: unknown) => void) {
    this.#admin = kafka.admin()
    this.#report = report
  }

  async partitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counts = await this.#gate.run(async () => {
      await this.#connect()
      return Promise.all(topics.map(topic => this.#count(topic)))
    })
    return new Map(topics.map((topic, i) => [topic, counts[i] ?? 0]))
  }

  async create(specs: readonly { name: string; partitions: number; config: Readonly<Record<string, string>> }[]) {
    for (;;) {
      const counts = await this.partitions(specs.map(s => s.name))
      const missing = specs.filter(s => counts.get(s.name) === 0)
      if (missing.length === 0) return
      await this.#createAll(missing)
      await sleep(SPREAD_MS)
      if (this.#closed) return
    }
  }

  async grow(topic: string, partitions: number): Promise<boolean> {
    const has = (await this.partitions([topic])).get(topic) ?? 0
    if (has >= partitions) return false
    try {
      await this.#admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] })
      return true
    } catch (error) {
      // Another instance may have been faster.
      if (((await this.partitions([topic])).get(topic) ?? 0) < partitions) throw asTopicDenied(error, 'alter')
      return false
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#gate.close(async () => {
      if (this.#connected) await this.#admin.disconnect()
    })
  }

  async #connect(): Promise<void> {
    this.#connected ??= this.#admin.connect().catch(error => {
      this.#connected = undefined
      throw error
    })
    await this.#connected
  }

  async #count(topic: string): Promise<number> {
    try {
      const { topics } = await this.#admin.fetchTopicMetadata({ topics: [topic] })
      return topics[0]?.partitions.length ?? 0
    } catch (error) {
      if (hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION')) return 0
      throw asTopicDenied(error, 'describe')
    }
  }

  async #createAll(specs: Parameters<TopicAdmin['create']>[0]): Promise<void> {
    const names = specs.map(s => s.name).join(', ')
    try {
      const topics = specs.map(({ name, partitions, config }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: REPLICATION_FACTOR,
        configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
      }))
      await this.#admin.createTopics({ topics, waitForLeaders: false })
    } catch (error) {
      if (hasType(error, 'TOPIC_ALREADY_EXISTS')) return
      if (!hasType(error, ...NOT_ALLOWED)) throw error
      this.#report(`This service may not create topics: create ${names}, for which it is waiting`, error)
      await sleep(DENIED_MS)
    }
  }
}
