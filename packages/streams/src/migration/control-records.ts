import type { LogRecord } from '@candlewick/kafka/log'
import { Rejected } from '../processor.ts'
import type { Epoch } from './epoch.ts'

/**
 * Control records: header `control` names the kind, the key is the record's key, the value JSON. The key's name in
 * the value is `pair`, which is all that this package knows of what its keys are.
 */
export interface Arrive {
  readonly pair: string
  readonly epoch: Epoch
  /** The partition that the key comes from; null at its birth. */
  readonly from: number | null
}

export interface Move {
  readonly pair: string
  /** The epoch of the key's arrival in `to`. */
  readonly epoch: Epoch
  readonly to: number
}

/** What a key takes along: its processor state and the route of its outputs. */
export interface TransferredState {
  /** Version of the state; absent is 1. */
  readonly v?: number | undefined
  readonly config: string
  readonly route: Route | null
  readonly state: unknown
}

export interface Handover {
  readonly group: string
  readonly pair: string
  readonly epoch: Epoch
  readonly state: TransferredState | null
  /** True where the state could not be had: the key starts anew. */
  readonly lost: boolean
}

export interface Ask {
  readonly group: string
  readonly pair: string
  readonly epoch: Epoch
  readonly reply_to: number
  /** The asked partition's last offset when the question was put: the answer waits until it is passed. */
  readonly after: number
}

/** Where a key's outputs go; `partitions` is how many the topic had when that was decided. */
export interface Route {
  readonly partition: number
  readonly epoch: Epoch
  readonly partitions: number
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isEpoch = (value: unknown): value is Epoch =>
  Array.isArray(value) && value.length === 2 && value.every(n => Number.isSafeInteger(n))

/** @returns the JSON value of a control record. @throws Rejected('malformed') when it is none or lacks the key. */
export function controlValue(record: LogRecord): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(record.value?.toString() ?? '')
  } catch {
    throw new Rejected('malformed', `control record: the value is not JSON`)
  }
  if (!isObject(value)) throw new Rejected('malformed', 'control record: the value is not an object')
  if (record.key === null || value.pair !== record.key)
    throw new Rejected('malformed', `control record: pair ${JSON.stringify(value.pair)} is not the key ${record.key}`)
  return value
}

function checked<T>(value: Record<string, unknown>, kind: string, ok: boolean): T {
  if (!ok) throw new Rejected('malformed', `control record ${kind}: ${JSON.stringify(value).slice(0, 200)}`)
  return value as T
}

export const asArrive = (v: Record<string, unknown>): Arrive =>
  checked(v, 'arrive', isEpoch(v.epoch) && (v.from === null || isCount(v.from)))

export const asMove = (v: Record<string, unknown>): Move => checked(v, 'move', isEpoch(v.epoch) && isCount(v.to))

export const asHandover = (v: Record<string, unknown>): Handover =>
  checked(
    v,
    'handover',
    typeof v.group === 'string' &&
      isEpoch(v.epoch) &&
      typeof v.lost === 'boolean' &&
      (v.state === null || (isObject(v.state) && isCount(v.state.v ?? 1) && typeof v.state.config === 'string')),
  )

export const asAsk = (v: Record<string, unknown>): Ask =>
  checked(
    v,
    'ask',
    typeof v.group === 'string' && isEpoch(v.epoch) && isCount(v.reply_to) && Number.isSafeInteger(v.after),
  )
