import type { LogRecord, OutRecord } from '@candlewick/kafka/log'
import type { KeyEntry } from '../migration/residency.ts'
import { Rejected } from '../processor.ts'
import { type InputMark, type InputMarks, noMarks } from './input-marks.ts'
import { refuseNewer, type StateCodec } from './state-codec.ts'

/** Keys that begin so are the changelog's own. The input may not have them: a record of such a key is a dead letter. */
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

/** Version of the position's record, and with it of the entries around the states. */
const LAYOUT = 1

/**
 * @param marks what tells the inputs from other topics of their names, as far as that is known
 * @returns the record that says where a partition's task continues; alone in a changelog, it says where it begins
 */
export const positionRecord = (
  changelog: string,
  partition: number,
  positions: Positions,
  marks?: InputMarks,
): OutRecord => ({
  topic: changelog,
  partition,
  key: POSITION_KEY,
  value: JSON.stringify({ v: LAYOUT, ...positions, marks }),
})

/** @returns the record that ends a restore: whatever the fenced owner wrote lies before it. @param wallMs Unix ms */
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
  /** The positions that the entries belong to, and in which topics; null in a new changelog. */
  readonly stored: StoredPositions | null
  /** How many records were read. */
  readonly records: number
  /** When the newest barrier was written, by the clock that stamps records, Unix ms; undefined where there is none. */
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
  for (const [key, value] of latest) if (value) entries.set(key, codec.decode(key, value.toString()))
  return { entries, stored, records, barrierMs }
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
  if (v > LAYOUT) throw refuseNewer(where, 'records', v, LAYOUT)
  return { positions: { input, handovers }, marks: { ...noMarks(), ...marks } }
}
