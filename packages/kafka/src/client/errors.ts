import { createRequire } from 'node:module'
import { Fenced } from '../log.ts'

const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error') as {
  createErrorFromCode(code: number): Error
}

/** What a broker says to a producer whose transactional id a newer one has taken over. */
const FENCES = ['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'INVALID_PRODUCER_ID_MAPPING', 'INVALID_TXN_STATE']
/** PRODUCER_FENCED has a code that kafkajs does not know. */
const UNKNOWN_FENCE = /code 90\b/

/** An error of kafkajs: its kind is in `type` for the broker's answers, in `name` for the client's own. */
export interface KafkaError extends Error {
  readonly type?: string
  readonly code?: number | string
  readonly host?: string
  readonly port?: number
}

const DEEPEST = 10
const DENIED = /^(TOPIC|GROUP|CLUSTER|TRANSACTIONAL_ID)_AUTHORIZATION_FAILED$/

/** @returns the error and its causes, outermost first; an aggregate's are the errors that it holds. */
export function* causes(error: unknown, depth = 0): Generator<KafkaError> {
  if (!(error instanceof Error) || depth === DEEPEST) return
  yield error as KafkaError
  const { errors = [] } = error as { errors?: readonly unknown[] }
  for (const cause of [error.cause, ...errors]) yield* causes(cause, depth + 1)
}

export const hasType = (error: unknown, ...types: readonly string[]): boolean =>
  causes(error).some(e => types.includes(e.type ?? '') || types.includes(e.name))

/** The broker knows us, and does not let us do this: the message says what. */
export class Denied extends Error {
  override name = 'Denied'
  readonly type: string

  constructor(type: string, what: string, cause?: unknown) {
    super(`Not authorized to ${what}`, { cause })
    this.type = type
  }
}

/** Whether the broker knows us and does not let us. */
export const isDenied = (error: unknown): boolean => causes(error).some(({ type }) => DENIED.test(type ?? ''))

/** @returns a {@link Denied} that says what was not authorized, where kafkajs does not; other errors as they are. */
export function asDenied(error: unknown, type: string, what: string): unknown {
  return hasType(error, type) ? new Denied(type, what, error) : error
}

/** @returns the error that a fetch of a partition was answered with. */
export function fetchError(topic: string, partition: number, code: number): Error {
  return code === FetchErrors.TOPIC_AUTHORIZATION_FAILED
    ? new Denied('TOPIC_AUTHORIZATION_FAILED', `read topic ${topic}`)
    : new Error(`Fetch of ${topic}/${partition}: ${createErrorFromCode(code).message} (error ${code})`)
}

/** @returns a {@link Fenced} for what is a fence, the error itself for everything else. */
export function asFence(error: unknown): unknown {
  const fenced = hasType(error, ...FENCES) || causes(error).some(e => UNKNOWN_FENCE.test(e.message))
  return fenced ? new Fenced('A newer producer has this transactional id', { cause: error }) : error
}

/** Cured by new metadata: unknown topic or partition, no or another leader. */
export const isStaleMetadata = (error: unknown): boolean =>
  hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION')

/** Codes of the Kafka protocol that a fetched partition can have. */
export const FetchErrors = {
  OFFSET_OUT_OF_RANGE: 1,
  TOPIC_AUTHORIZATION_FAILED: 29,
  /** Cured by new metadata: unknown topic or partition, no or another leader, replica away, leader epochs. */
  STALE_METADATA: [3, 5, 6, 9, 74, 75],
} as const satisfies Record<string, number | readonly number[]>
