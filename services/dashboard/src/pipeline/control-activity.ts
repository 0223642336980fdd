import { controlContent, type LogRecord } from '@candlewick/streams'
import * as z from 'zod'
import type { Activity, ActivityLog } from './activity.ts'

/** Control records older than this are history and not shown, although they are read at the start. */
const RECENT_MS = 3_600_000
/** The latest time that a Date can hold. */
const TIME_MS_MAX = 8.64e15

interface Place {
  readonly topic: string
  readonly partition: number
}

interface ControlKind {
  readonly kind: Activity['kind']
  /** @returns the record's sentence; undefined when the content lacks a field that the sentence needs */
  sentence(content: unknown, place: Place): string | undefined
}

const as = <T>(kind: Activity['kind'], schema: z.ZodType<T>, write: (value: T, at: Place) => string): ControlKind => ({
  kind,
  sentence(content, at) {
    const { success, data } = schema.safeParse(content)
    return success ? write(data, at) : undefined
  },
})

const pair = z.string()
const group = z.string()
const partition = z.int().nonnegative()
const timeMs = z.int().nonnegative().max(TIME_MS_MAX)

/** The kinds that the activity list shows. Other kinds, such as watermarks, are too frequent to read. */
const KINDS = {
  arrive: as('move', z.object({ pair, from: partition.nullable() }), ({ pair, from }, at) =>
    from === null
      ? `${pair} starts in partition ${at.partition} of ${at.topic}`
      : `${pair} moves from partition ${from} to partition ${at.partition} of ${at.topic}`,
  ),
  handover: as('handover', z.object({ group, pair, lost: z.boolean() }), ({ group, pair, lost }, at) =>
    lost
      ? `${group} has no state of ${pair} for partition ${at.partition}, where the pair starts without a state`
      : `${group} hands the state of ${pair} over to partition ${at.partition}`,
  ),
  ask: as(
    'handover',
    z.object({ group, pair, reply_to: partition }),
    ({ group, pair, reply_to }, at) =>
      `${group}: partition ${reply_to} asks partition ${at.partition} for the state of ${pair}, which is late`,
  ),
  gap: as(
    'gap',
    z.object({ pair, from_ms: timeMs, to_ms: timeMs }),
    ({ pair, from_ms, to_ms }) => `Trades of ${pair} are missing from ${iso(from_ms)} to ${iso(to_ms)}`,
  ),
} as const

const isShown = (kind: string): kind is keyof typeof KINDS => Object.hasOwn(KINDS, kind)

/**
 * Notes a control record as a sentence about a key that moves, a state that is handed over, or missing trades.
 * @returns false if a record of a shown kind lacks a field that its sentence needs
 */
export function noteControl(activity: ActivityLog, topic: string, record: LogRecord, partition: number): boolean {
  const name = record.headers?.control ?? ''
  if (!isShown(name) || Date.now() - record.timestamp > RECENT_MS) return true
  const { kind, sentence } = KINDS[name]
  const text = sentence(contentOf(record), { topic, partition })
  if (text !== undefined) activity.add(record.timestamp, kind, text)
  return text !== undefined
}

const iso = (ms: number): string => new Date(ms).toISOString()

function contentOf(record: LogRecord): unknown {
  try {
    return controlContent(record)
  } catch {
    return undefined
  }
}
