import type { LogRecord, OutRecord } from '@candlewick/kafka/log'
import type { KeyEntry } from '../migration/residency.ts'
import { Rejected } from '../processor.ts'
import { type InputMark, type InputMarks, noMarks } from './input-marks.ts'
import { refuseNewer, type StateCodec, StateRefused } from './state-codec.ts'

/** Keys with this prefix are the changelog's own. They are not allowed in the input: a record with such a key is a dead letter. */
const RESERVED = '\u0000'
/** Record keys in the changelog that are not keys of the input. README.md beside this file lists all of them. */
const POSITION_KEY = '\u0000position'
const BARRIER_KEY = '\u0000barrier'

/** @throws Rejected('malformed') for a key that would be taken for one of the changelog's own records */
export function refuseReserved(key: string | null): void {
  if (key?.startsWith(RESERVED))
    throw new Rejected('malformed', `the key ${JSON.stringify(key)} begins with \\u0000, which is reserved`)
}

/** The next offsets of a task's two inputs. */
export interface Positions {
  input: number
  handovers: number
}

/** @returns the key of a part of a state; the pair's own record then has the number of parts */
export const partKey = (key: string, i: number): string => `\u0000part/${i}/${key}`
const HEAD = '{"parts":'
/** @returns the value of the pair's own record if its state is in parts */
export const headOf = (parts: number): string => `${HEAD}${parts}}`

/**
 * Version of the position's record and of the entries, apart from the processor's states. A changelog with states in parts has
 * version 2, so that a service which cannot read them refuses it.
 */
const LAYOUT = { whole: 1, parts: 2 }

/** The fields of the position's record besides the offsets. */
interface PositionContext {
  /** The known identities of the inputs, which distinguish them from other topics of the same names. */
  readonly marks?: InputMarks
  /** Whether the changelog may have states in parts. */
  readonly hasParts?: boolean
}

/** @returns the record that says where a partition's task continues. If it is the only record of a changelog, the task begins there. */
export const positionRecord = (
  changelog: string,
  partition: number,
  positions: Positions,
  { marks, hasParts = false }: PositionContext = {},
): OutRecord => ({
  topic: changelog,
  partition,
  key: POSITION_KEY,
  value: JSON.stringify({ v: hasParts ? LAYOUT.parts : LAYOUT.whole, ...positions, marks }),
})

/** @returns the record at which a restore ends: all records of the fenced owner precede it. @param wallMs Unix ms */
export const barrierRecord = (changelog: string, partition: number, wallMs: number): OutRecord => ({
  topic: changelog,
  partition,
  key: BARRIER_KEY,
  value: String(wallMs),
})

export interface StoredPositions {
  readonly positions: Positions
  readonly marks: InputMarks
}

/** The content of a changelog partition. */
export interface RestoredChangelog<State> {
  readonly entries: ReadonlyMap<string, KeyEntry<State>>
  /** The positions that the entries belong to, and the identities of their topics; null in a new changelog. */
  readonly stored: StoredPositions | null
  /** How many records were read. */
  readonly records: number
  /** When the newest barrier was written, by the clock that stamps records, Unix ms; undefined if there is none. */
  readonly barrierMs: number | undefined
}

/** Reads a changelog partition; the last record of each key counts. @throws StateRefused */
export async function readChangelog<State>(
  chunks: AsyncIterable<readonly LogRecord[]>,
  codec: StateCodec<State>,
  where: string,
): Promise<RestoredChangelog<State>> {
  const latest = new Map<string, Buffer | null>()
  let records = 0
  let barrierMs: number | undefined
  for await (const chunk of chunks) {
    records += chunk.length
    for (const { key, value, timestamp } of chunk)
      if (key === BARRIER_KEY) barrierMs = timestamp
      else if (key !== null) latest.set(key, value)
  }
  const position = latest.get(POSITION_KEY)
  latest.delete(POSITION_KEY)
  const stored = position ? decodePositions(position.toString(), where) : null
  const entries = new Map<string, KeyEntry<State>>()
  for (const [key, value] of latest) {
    if (!value || key.startsWith(RESERVED)) continue
    const { text, parts } = wholeOf(key, value.toString(), latest, where)
    entries.set(key, { ...codec.decode(key, text), parts })
  }
  return { entries, stored, records, barrierMs }
}

/** @returns an entry's JSON, and its number of parts. @throws StateRefused for a part that is missing */
function wholeOf(key: string, text: string, latest: ReadonlyMap<string, Buffer | null>, where: string) {
  if (!text.startsWith(HEAD)) return { text, parts: 0 }
  const { parts } = JSON.parse(text) as { parts: number }
  const values = Array.from({ length: parts }, (_, i) => latest.get(partKey(key, i)))
  const missing = values.findIndex(value => !value)
  if (missing >= 0)
    throw new StateRefused(
      `${where} lacks part ${missing} of ${parts} of the state of ${key}: records were deleted from it`,
    )
  return { text: Buffer.concat(values as Buffer[]).toString(), parts }
}

/** @throws StateRefused */
function decodePositions(text: string, where: string): StoredPositions {
  const {
    v = 1,
    input,
    handovers,
    marks,
  } = JSON.parse(text) as Positions & {
    readonly v?: number
    readonly marks?: { readonly [input in keyof InputMarks]?: InputMark }
  }
  if (v > LAYOUT.parts) throw refuseNewer(where, 'records', v, LAYOUT.parts)
  return { positions: { input, handovers }, marks: { ...noMarks(), ...marks } }
}
