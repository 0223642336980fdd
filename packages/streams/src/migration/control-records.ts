import type { OutRecord } from '@candlewick/kafka/log'
import * as z from 'zod'
import { Epoch, isGranted } from './epoch.ts'

/**
 * The control records of the migration protocol (README.md beside this file). The header `control` names the kind, the record's
 * key is the key that moves, and the content is JSON that repeats the key in the field `pair`. Only this name shows what the
 * keys of this package are.
 */
export type ControlKind = 'arrive' | 'move' | HandoversKind | 'watermark' | 'gap' | 'seed'
/** The kinds that are in the handovers topic. */
type HandoversKind = 'handover' | 'ask' | 'claim' | 'grant' | 'survey' | 'report'

const count = z.int().nonnegative()
const pair = z.string()
const MarkerEpoch = Epoch.refine((epoch): boolean => !isGranted(epoch), 'is the epoch of a key without markers')

/** Where a key's records are written. */
export const Route = z.object({
  partition: count,
  epoch: Epoch,
  /** How many partitions the topic had when this route was chosen. Another one is chosen only when the topic has more. */
  partitions: z.int().positive(),
})
export type Route = z.infer<typeof Route>

/**
 * The key's records continue in the partition that has this record. Further fields of a birth, such as
 * `complete_from_ms`, are for the processor.
 */
export const Arrive = z.looseObject({
  pair,
  epoch: MarkerEpoch,
  /** The partition that the key leaves; null at the key's birth. */
  from: count.nullable(),
})
export type Arrive = z.infer<typeof Arrive>

/** The key has left the partition that has this record. */
export const Move = z.object({
  pair,
  /** The epoch of the key's `arrive` in `to`. */
  epoch: MarkerEpoch,
  to: count,
})
export type Move = z.infer<typeof Move>

/** The state that travels with a handover. */
export const TransferredState = z.looseObject({
  /** Version of the processor's state; absent in states of version 1. */
  v: count.optional(),
  /** The processor's configuration when the state was written. */
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
  /** Whether there is no state to hand over, so that the key starts without a state. */
  lost: z.boolean(),
})
export type Handover = z.infer<typeof Handover>

/** Asks the partition that a key came from for a state that is late. */
export const Ask = z.object({
  group: z.string(),
  pair,
  epoch: Epoch,
  /** The partition to which the answer goes. */
  reply_to: count,
  /** The last offset of the asked input partition when the question was written: the answer waits until it is read. */
  after: z.int(),
})
export type Ask = z.infer<typeof Ask>

/** Rule 20: reports to the registrar that records of a key without markers have appeared in a partition. */
export const Claim = z.object({
  group: z.string(),
  pair,
  /** The partition that claims the key. */
  partition: count,
  /** The offset of the key's first record there. It identifies the claim: later claims of the partition have higher offsets. */
  offset: count,
  /** When that record was written, Unix ms: first claims are granted in this order. With `held`, minus the newest time in the state. */
  since_ms: z.number(),
  /** Whether the claimant has a state of the key already, from a version without claims. */
  held: z.boolean(),
  /** With `held`: the epoch of the grant to another partition that the claimant objects to, because its own state is newer. */
  objects_to: Epoch.optional(),
})
export type Claim = z.infer<typeof Claim>

/** Rule 21: the registrar's answer to a claim. */
export const Grant = z.object({
  group: z.string(),
  pair,
  /** The claim's offset. */
  offset: count,
  /** The epoch of the claimant's residency. */
  epoch: Epoch,
  /** The partition that has the state; null if no other partition has had the key. */
  from: count.nullable(),
  /** Whether the claim is void, because the key was granted to another partition: the claimant drops its residency. */
  retired: z.boolean(),
  /** With `retired`: the newest time in the state that is kept instead of the claimant's. If the claimant's is newer, it objects. 2^53 − 1 if it must not. */
  seen_ms: z.number().optional(),
})
export type Grant = z.infer<typeof Grant>

/** Rule 25: the registrar asks a partition to claim every state of a version without claims, and then to report. */
export const Survey = z.object({
  group: z.string(),
  /** A key that waits for the report, which is about every key. */
  pair,
  /** The registrar's position in the handovers topic when it began. It identifies the registrar's run. */
  position: count,
})
export type Survey = z.infer<typeof Survey>

/** Rule 25: the answer to a survey. The claims of the partition precede it. */
export const Report = Survey.extend({ partition: count })
export type Report = z.infer<typeof Report>

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

/** @returns a record of the handovers topic. Its content is in the value, because a state is too large for a header. */
export const handoversRecord = (
  topic: string,
  partition: number,
  kind: HandoversKind,
  content: Content,
): OutRecord => ({ topic, partition, key: content.pair, value: JSON.stringify(content), headers: { control: kind } })
