import type { Connection } from './connection.ts'
import { hasType, isRetriable } from './errors.ts'
import type { CoordinatorType, KafkaBroker } from './kafkajs.ts'
import { type RetryPolicy, retrying } from './retry.ts'

/** Answers of a broker that does not coordinate the group or transactional id (any more). */
const MOVED = ['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE']

/**
 * The broker that coordinates a consumer group or a transactional id. It is looked up once, and again when the coordinator has
 * moved or its connection has failed. kafkajs looks it up before each call, which would be a third of a transaction's round trips.
 */
export class Coordinator {
  readonly #connection: Connection
  readonly #type: CoordinatorType
  readonly #id: string
  #nodeId: string | number | undefined

  constructor(connection: Connection, type: CoordinatorType, id: string) {
    this.#connection = connection
    this.#type = type
    this.#id = id
  }

  /**
   * Calls the coordinator, and repeats the call within the policy's time while the coordinator is not available. Requests of
   * transactions are idempotent within one producer epoch, so a request whose answer was lost can be sent again.
   */
  async ask<T>(policy: RetryPolicy, request: (broker: KafkaBroker) => Promise<T>): Promise<T> {
    return retrying(
      policy,
      async () => {
        try {
          return await request(await this.#broker())
        } catch (error) {
          // Other errors, such as CONCURRENT_TRANSACTIONS, do not mean that the coordinator has moved.
          if (!hasType(error, 'KafkaJSProtocolError') || hasType(error, ...MOVED)) {
            this.#nodeId = undefined
            await this.#connection.recover(error)
          }
          throw error
        }
      },
      isRetriable,
    )
  }

  async #broker(): Promise<KafkaBroker> {
    if (this.#nodeId !== undefined) return this.#connection.broker(this.#nodeId)
    const broker = await this.#connection.coordinator(this.#type, this.#id)
    this.#nodeId = broker.nodeId
    return broker
  }
}
