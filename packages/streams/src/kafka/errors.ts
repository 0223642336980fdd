import { Fenced } from '../log.ts'

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

/** @returns the error and its causes, outermost first. */
export function* causes(error: unknown): Generator<KafkaError> {
  for (let at = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth++) yield at as KafkaError
}

export const hasType = (error: unknown, ...types: readonly string[]): boolean =>
  causes(error).some(e => types.includes(e.type ?? '') || types.includes(e.name))

/** @returns a {@link Fenced} for what is a fence, the error itself for everything else. */
export function asFence(error: unknown): unknown {
  const fenced = hasType(error, ...FENCES) || causes(error).some(e => UNKNOWN_FENCE.test(e.message))
  return fenced ? new Fenced('A newer producer has this transactional id', { cause: error }) : error
}

/** Codes of the Kafka protocol that a fetched partition can have. */
export const FetchErrors = {
  OFFSET_OUT_OF_RANGE: 1,
  /** Cured by new metadata: unknown topic or partition, no or another leader, replica away, leader epochs. */
  STALE_METADATA: [3, 5, 6, 9, 74, 75],
} as const satisfies Record<string, number | readonly number[]>
