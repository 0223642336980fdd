import { Fenced, RecordTooLarge } from '../log.ts'
import { createErrorFromCode } from './kafkajs.ts'

/** Answers to a producer whose transactional id a newer producer has taken over. */
const FENCES = ['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING', 'INVALID_TXN_STATE']
/** PRODUCER_FENCED is newer than the error table of kafkajs. */
const UNKNOWN_FENCE = /code 90\b/

/** An error of kafkajs. Its kind is in `type` if a broker answered it, and in `name` if the client threw it. */
export interface KafkaError extends Error {
  readonly type?: string
  readonly code?: number | string
  readonly host?: string
  readonly port?: number
  /** The topic of the failed request, which our patch of kafkajs adds. */
  readonly topic?: string
}

const DEEPEST = 10
const DENIED = /^(TOPIC|GROUP|CLUSTER|TRANSACTIONAL_ID)_AUTHORIZATION_FAILED$/
const TOPIC_DENIED = 'TOPIC_AUTHORIZATION_FAILED'

/** @returns the error and its causes, outermost first. The causes of an AggregateError are its errors. */
export function* causes(error: unknown, depth = 0): Generator<KafkaError> {
  if (!(error instanceof Error) || depth === DEEPEST) return
  yield error as KafkaError
  const { errors = [] } = error as { errors?: readonly unknown[] }
  for (const cause of [error.cause, ...errors]) yield* causes(cause, depth + 1)
}

export const hasType = (error: unknown, ...types: readonly string[]): boolean =>
  causes(error).some(e => types.includes(e.type ?? '') || types.includes(e.name))

/** The broker has authenticated us but does not authorize this operation, which the message names. */
export class Denied extends Error {
  override name = 'Denied'
  readonly type: string

  constructor(type: string, what: string, cause?: unknown) {
    super(`Not authorized to ${what}`, { cause })
    this.type = type
  }
}

/** Whether the broker has authenticated us but does not authorize the operation. */
export const isDenied = (error: unknown): boolean => causes(error).some(({ type }) => DENIED.test(type ?? ''))

/** @returns a {@link Denied} that names the denied operation, which kafkajs's error does not; other errors unchanged. */
export function asDenied(error: unknown, type: string, what: string): unknown {
  return hasType(error, type) && !(error instanceof Denied) ? new Denied(type, what, error) : error
}

/** @returns a {@link Denied} that names the topic if the error has one; other errors unchanged. */
export function asTopicDenied(error: unknown, operation: TopicOperation): unknown {
  const denied = causes(error).find(({ type, topic }) => type === TOPIC_DENIED && topic !== undefined)
  return denied ? asDenied(error, TOPIC_DENIED, `${operation} topic ${denied.topic}`) : error
}

export type TopicOperation = 'alter' | 'describe' | 'read' | 'write'

/** @returns the error of a topic's error code: a {@link Denied}, a {@link RecordTooLarge}, or an error of kafkajs. */
export function protocolError(code: number, topic: string, operation: TopicOperation): Error {
  const error = createErrorFromCode(code, topic)
  if (hasType(error, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE')) return new RecordTooLarge(topic, { cause: error })
  return asTopicDenied(error, operation) as Error
}

/** @returns the error that a broker answered to a fetch of a partition. */
export function fetchError(topic: string, partition: number, code: number): Error {
  const error = protocolError(code, topic, 'read')
  return error instanceof Denied ? error : new Error(`Fetch of ${topic}/${partition}: ${error.message} (error ${code})`)
}

/** @returns a {@link Fenced} for an error that means fencing; other errors unchanged. */
export function asFence(error: unknown): unknown {
  const fenced = hasType(error, ...FENCES) || causes(error).some(e => UNKNOWN_FENCE.test(e.message))
  return fenced ? new Fenced('A newer producer has this transactional id', { cause: error }) : error
}

/** Whether looking the leaders up again may help: unknown topic or partition, no leader, or another leader. */
export const isStaleMetadata = (error: unknown): boolean =>
  hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION')

/** Whether the request may succeed later. kafkajs marks errors of connections and of brokers with it. */
export const isRetriable = (error: unknown): boolean => (Object(error) as { retriable?: boolean }).retriable === true

/** https://kafka.apache.org/protocol.html#protocol_error_codes */
export const ErrorCodes = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  TOPIC_AUTHORIZATION_FAILED: 29,
  /** Errors that looking the leaders up again can resolve: unknown topic or partition, no leader or another one, unavailable replica, leader epochs. */
  STALE_METADATA: [3, 5, 6, 9, 74, 75],
} as const satisfies Record<string, number | readonly number[]>
