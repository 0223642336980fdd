import { createRequire } from 'node:module'
import type * as KafkaJs from 'kafkajs'
import type { Broker, Cluster, RetryOptions } from 'kafkajs'

/**
 * The internals of kafkajs 2.2.4 that we use, with the types that it does not publish. Nothing here changes kafkajs:
 * corrections are in `patches/kafkajs@2.2.4.patch`.
 */
const require = createRequire(import.meta.url)

/** Connections to the brokers of a cluster, and the metadata of its topics. */
export interface KafkaCluster extends Cluster {
  readonly targetTopics: ReadonlySet<string>
  findBroker(node: { nodeId: string }): Promise<KafkaBroker>
  findGroupCoordinator(of: { groupId: string; coordinatorType: CoordinatorType }): Promise<KafkaBroker>
}

export interface ClusterSettings {
  readonly logger: unknown
  readonly brokers: string[]
  readonly clientId: string
  readonly metadataMaxAge: number
  readonly allowAutoTopicCreation: boolean
  readonly maxInFlightRequests?: number
  readonly retry: RetryOptions
}

export const KafkaCluster = require('kafkajs/src/cluster') as new (settings: ClusterSettings) => KafkaCluster

/** The key types of the FindCoordinator API. */
export const CoordinatorType = { group: 0, transaction: 1 } as const
export type CoordinatorType = (typeof CoordinatorType)[keyof typeof CoordinatorType]

export interface KafkaBroker extends Broker, TransactionCalls {
  readonly nodeId: string | number
  readonly brokerAddress: string
  /** By the number of the API. */
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number } | undefined>>
  readonly connectionPool: {
    /** Sends any request on an authenticated connection: one for Fetch, another for everything else. */
    send<T>(of: { request: FramedRequest; response: ResponseDecoder<T> }): Promise<T>
  }
}

interface FramedRequest {
  readonly apiKey: number
  readonly apiName: string
  readonly apiVersion: number
  frame(header: { readonly correlationId: number; readonly clientId: string }): Buffer
}

interface ResponseDecoder<T> {
  decode(payload: Buffer): Promise<T>
  parse(decoded: T): Promise<T>
}

interface TransactionOf {
  readonly transactionalId: string
  readonly producerId: string
  readonly producerEpoch: number
}

type TopicsOf<Partition> = readonly { readonly topic: string; readonly partitions: readonly Partition[] }[]

/** The calls of a transaction, as the transaction manager of kafkajs makes them. */
export interface TransactionCalls {
  initProducerId(of: {
    transactionalId: string
    transactionTimeout: number
  }): Promise<{ readonly producerId: string; readonly producerEpoch: number }>
  addPartitionsToTxn(of: TransactionOf & { topics: TopicsOf<number> }): Promise<unknown>
  addOffsetsToTxn(of: TransactionOf & { groupId: string }): Promise<unknown>
  txnOffsetCommit(
    of: TransactionOf & { groupId: string; topics: TopicsOf<{ partition: number; offset: string }> },
  ): Promise<unknown>
  endTxn(of: TransactionOf & { transactionResult: boolean }): Promise<unknown>
}

/** @returns the error of an error code, with `type` and `retriable`. */
export const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
  createErrorFromCode(code: number, topic?: string): Error
}

/** kafkajs exports these, but not in a way that ECMAScript modules can import by name. */
export const { ConfigResourceTypes, KafkaJSConnectionError } = require('kafkajs') as typeof KafkaJs
