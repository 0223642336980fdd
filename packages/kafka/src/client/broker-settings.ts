import type { Admin, Kafka } from 'kafkajs'
import { incrementalAlterConfigsV0 } from '../apis/incremental-alter-configs-v0.ts'
import type { BrokerSettings, Setting } from '../log.ts'
import { Connection } from './connection.ts'
import { asDenied, ErrorCodes, hasType, protocolError } from './errors.ts'
import { ConfigResourceTypes, type KafkaCluster } from './kafkajs.ts'

const CLUSTER_DENIED = 'CLUSTER_AUTHORIZATION_FAILED'
const TOPIC_DENIED = 'TOPIC_AUTHORIZATION_FAILED'

/** Describes settings with kafkajs's admin client, and alters them with our own request. Connects at the first use. */
export class KafkaBrokerSettings implements BrokerSettings {
  readonly #admin: Admin
  readonly #connection: Connection
  #connected: Promise<void> | undefined

  constructor(kafka: Kafka, cluster: KafkaCluster) {
    this.#admin = kafka.admin()
    this.#connection = new Connection(cluster)
  }

  async ofTopic(topic: string): Promise<ReadonlyMap<string, Setting>> {
    await this.#connect()
    const named = { type: ConfigResourceTypes.TOPIC, name: topic }
    return this.#described(named, TOPIC_DENIED, `describe the settings of topic ${topic}`)
  }

  async ofBroker(): Promise<ReadonlyMap<string, Setting>> {
    await this.#connect()
    const { controller, brokers } = await this.#admin.describeCluster()
    const name = String(controller ?? brokers[0]?.nodeId)
    const named = { type: ConfigResourceTypes.BROKER, name }
    return this.#described(named, CLUSTER_DENIED, 'describe the settings of the brokers')
  }

  async set(topic: string, config: Readonly<Record<string, string>>): Promise<void> {
    const leader = await this.#leader(topic)
    const broker = await this.#connection.broker(leader)
    const altered = await this.#connection.send(broker, incrementalAlterConfigsV0, { topic, config })
    const { errorCode = ErrorCodes.NONE, errorMessage = '' } = altered ?? {}
    if (errorCode === ErrorCodes.NONE) return
    const error = asDenied(
      protocolError(errorCode, topic, 'alter'),
      TOPIC_DENIED,
      `alter the settings of topic ${topic}`,
    )
    throw errorMessage === '' ? error : new Error(`${(error as Error).message}: ${errorMessage}`, { cause: error })
  }

  /** @throws Error that names the topic if it does not exist */
  async #leader(topic: string): Promise<number> {
    try {
      const [leader] = (await this.#connection.byLeader([{ topic, partition: 0 }])).keys()
      if (leader !== undefined) return leader
    } catch (error) {
      if (!hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION')) throw error
    }
    throw new Error(`Topic ${topic} does not exist, or has no leader now`)
  }

  async close(): Promise<void> {
    await this.#connection.close()
    if (this.#connected) await this.#admin.disconnect()
  }

  async #described(
    resource: { type: number; name: string },
    denied: string,
    what: string,
  ): Promise<ReadonlyMap<string, Setting>> {
    try {
      const { resources } = await this.#admin.describeConfigs({ resources: [resource], includeSynonyms: false })
      const entries = resources.flatMap(({ configEntries }) => configEntries)
      return new Map(
        entries.map(({ configName, configValue, isDefault }) => [configName, { value: configValue, isDefault }]),
      )
    } catch (error) {
      throw asDenied(error, denied, what)
    }
  }

  async #connect(): Promise<void> {
    this.#connected ??= this.#admin.connect().catch(error => {
      this.#connected = undefined
      throw error
    })
    await this.#connected
  }
}
