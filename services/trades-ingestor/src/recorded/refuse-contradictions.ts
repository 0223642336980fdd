import type { Log } from '@candlewick/streams'
import { CursorTable } from '../cursor-table.ts'
import { Refused } from '../owner.ts'
import type { Writer, WriterOptions } from '../writer.ts'
import type { Accounts } from './accounts.ts'
import type { Recording } from './recording.ts'
import type { WantedTimes } from './wanted-times.ts'
import { type Contradiction, compareWritten } from './written-before.ts'

export interface Before {
  readonly recording: Recording
  readonly log: Log
  readonly topics: { readonly trades: string; readonly cursors: string }
  readonly times: WantedTimes
  readonly accounts: Accounts
  /** @returns the start of the shortest candle's window that contains a time, Unix ms */
  windowStart(ms: number): number
}

export interface Compared {
  /** Ids up to which each pair's rows have been compared and counted. */
  readonly lastIds: ReadonlyMap<string, number>
  /**
   * The reason why nothing may be written: the topic has other content for an id of the recording, lacks a trade that could
   * only be written behind later ones, or has closed the window of a new trade.
   */
  readonly contradiction: string | undefined
}

/** Compares a recording with the topic before anything is written, and accounts for the rows that are in the topic. */
export async function compareBefore(before: Before): Promise<Compared> {
  const { recording, log, topics, times, accounts } = before
  const lastIds = new Map<string, number>()
  const openMs = new Map<string, number>()
  const cursors = recording.isRepeatable ? await new CursorTable(log, topics.cursors).catchUp() : []
  for (const [pair, { last_trade_id, last_timestamp_ms, watermark_ms }] of cursors) {
    if (last_trade_id === null) continue
    lastIds.set(pair, last_trade_id)
    openMs.set(pair, before.windowStart(Math.max(last_timestamp_ms ?? 0, watermark_ms ?? 0)))
  }
  if (lastIds.size === 0) return { lastIds, contradiction: undefined }
  const lastId = (pair: string) => lastIds.get(pair) ?? null
  const comparison = {
    log,
    topic: topics.trades,
    lastId,
    openMs: (pair: string) => openMs.get(pair) ?? 0,
    isWanted: (ms: number) => times.has(ms),
  }
  const ignoring = recording.batches(() => {})
  const contradiction = await compareWritten(ignoring, comparison, accounts)
  if (!contradiction) return { lastIds, contradiction: undefined }
  const place = await accountForAll(before, contradiction, lastId)
  const { pair, trade_id, problem } = contradiction
  const text =
    `${place}: trade ${trade_id} of ${pair} ${problem}. Nothing is written: what is not in ${topics.trades} already ` +
    'needs topics of its own'
  return { lastIds, contradiction: text }
}

/** Accounts for the rows when none of them is written. @returns file and line of the contradiction */
async function accountForAll(
  { recording, times, accounts }: Before,
  { pair, trade_id }: Contradiction,
  lastId: (pair: string) => number | null,
): Promise<string> {
  let place = recording.name
  for await (const batch of recording.batches(row => accounts.leaveOut(row)))
    for (let row = 0; row < batch.length; row++) {
      const [own, id, line] = [batch.pair(row), batch.ids[row]!, batch.lines[row]!]
      if (own === pair && id === trade_id) place = `${batch.fileOf(row)}, line ${line}`
      if (!times.has(batch.times[row]!)) times.leaveOut(batch, row, accounts)
      else if (id <= (lastId(own) ?? -1)) accounts.of(own).read++
      else
        accounts.leaveOut({
          pair: own,
          file: batch.fileOf(row),
          line,
          reason: 'refused',
          problem: 'nothing is written',
        })
    }
  return place
}

/** @throws Refused if another run has written rows since this one began, perhaps those of another file, and has ended */
export function refuseTakenOver(
  { takenOver }: Writer,
  { group, topics }: Pick<WriterOptions, 'group' | 'topics'>,
): void {
  if (takenOver.length === 0) return
  const what = `another run has written ${takenOver.join(', ')} to ${topics.trades} meanwhile`
  throw new Refused('CONSUMER_GROUP', group, `${what}: run this one again, which compares and continues`)
}
