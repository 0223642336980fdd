import type { OutRecord } from '@candlewick/kafka/log'
import * as z from 'zod'
import { Epoch } from './epoch.ts'

/**
 * The control records of the migration protocol (README.md beside this file). The header `control` names the kind, the
 * record's key is the key that it is about, and the content is JSON that repeats the key in the field `pair`. That name is
 * all that this package knows of what its keys are.
 */
export type ControlKind = 'arrive' | 'move' | 'handover' | 'ask' | 'watermark' | 'gap' | 'seed'

const count = z.int().nonnegative()
const pair = z.string()

/** Where a key's records are written. */
export const Route = z.object({
  partition: count,
  epoch: Epoch,
  /** How many partitions the topic had when this was decided: a key is placed anew only when the topic has more. */
  partitions: z.int().positive(),
})
export type Route = z.infer<typeof Route>

/**
 * The key's records continue in the partition that has this record. Further fields of a birth, such as
 * `complete_from_ms`, are for the processor.
 */
export const Arrive = z.looseObject({
  pair,
  epoch: Epoch,
  /** The partition that the key leaves; null at the key's birth. */
  from: count.nullable(),
})
export type Arrive = z.infer<typeof Arrive>

/** The key has left the partition that has this record. */
export const Move = z.object({
  pair,
  /** The epoch of the key's `arrive` in `to`. */
  epoch: Epoch,
  to: count,
})
export type Move = z.infer<typeof Move>

/** The state that travels with a handover. */
export const TransferredState = z.looseObject({
  /** Version of the processor's state; absent in states of version 1. */
  v: count.optional(),
  /** The configuration that the state was made with. */
  config: z.string(),
  /** Where the key's outputs go; null before its first output. */
  route: Route.nullable(),
  state: z.unknown(),
})
export type TransferredState = z.infer<typeof TransferredState>

/** A key's state, sent to the partition that the key has moved to. */
export const Handover = z.object({
  group: z.string(),
  pair,
  /** The epoch of the `arrive` that this state belongs to. */
  epoch: Epoch,
  state: TransferredState.nullable(),
  /** Whether there is no state to hand over, so that the key starts anew. */
  lost: z.boolean(),
})
export type Handover = z.infer<typeof Handover>

/** Asks the partition that a key came from for a state that is late. */
export const Ask = z.object({
  group: z.string(),
  pair,
  epoch: Epoch,
  /** The partition that the answer goes to. */
  reply_to: count,
  /** The last offset of the asked input partition when the question was written: the answer waits until it is read. */
  after: z.int(),
})
export type Ask = z.infer<typeof Ask>

interface Content {
  readonly pair: string
  readonly [field: string]: unknown
}

/**
 * @returns a control record of a topic that others read too. Its content is in the header `content` and it has no value, so
 * that a consumer that does not know control records takes it for a tombstone and not for a broken row.
 */
export const controlRecord = (topic: string, partition: number, kind: ControlKind, content: Content): OutRecord => ({
  topic,
  partition,
  key: content.pair,
  value: null,
  headers: { control: kind, content: JSON.stringify(content) },
})

/** @returns a record of the handovers topic. Its content is the value, because a state is too large for a header. */
export const handoversRecord = (
  topic: string,
  partition: number,
  kind: 'handover' | 'ask',
  content: Content,
): OutRecord => ({ topic, partition, key: content.pair, value: JSON.stringify(content), headers: { control: kind } })
