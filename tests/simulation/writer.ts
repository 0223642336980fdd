import type { Trade } from '@candlewick/market-data'
import {
  afterWriterMove,
  birthRecord,
  type Clock,
  controlRecord,
  Fenced,
  isOutgrown,
  type Log,
  moveRecords,
  type OutRecord,
  reroute,
} from '@candlewick/streams'
import type { Route } from '@candlewick/streams/control-records'
import type { Beginning } from '../reference/candles.ts'
import { seedOf } from './beginnings.ts'
import type { Random } from './random.ts'
import { PACE } from './scheduler.ts'

export const TRADES = 'trades'
export const CURSORS = 'trades-ingestor-cursors'
const WRITER_ID = 'trades-ingestor'

/** How far a pair is written, as stored in the cursor topic. */
interface PairCursor {
  readonly next: number
  readonly watermark: number
  readonly route: Route | null
}

export interface WriterOptions {
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
  readonly trades: readonly Trade[]
  readonly baseMs: number
  /** Pairs that begin with the exchange's candles. */
  readonly beginnings: ReadonlyMap<string, Beginning>
  /** @returns the partition of a pair when the topic has `count` partitions. */
  readonly place: (pair: string, count: number) => number
  /** Whether it is a producer that is not ours: it writes only trades, to the partition that the placement gives at the moment. */
  readonly isForeign: boolean
  /** After this time (Unix ms) the last watermark is written, which closes every window. */
  readonly endMs: number
  /** @returns whether a malformed, late or repeated record follows a trade. */
  readonly rubbish: () => boolean
  /** @returns whether no newer writer was started. */
  readonly isCurrent: () => boolean
  /** Called when everything is written, including the last watermarks. */
  readonly finished: () => void
}

/** Writes the topics as the ingestor does: trades, watermarks, markers and cursors of a loop in one fenced transaction. */
export async function runWriter(o: WriterOptions): Promise<void> {
  const byPair = Map.groupBy(o.trades, t => t.pair)
  const pairs = [...byPair.keys()]
  let isOld = false
  for (;;) {
    try {
      const producer = await o.log.producer(WRITER_ID)
      const cursors = await readCursors(o.log)
      while (!pairs.every(pair => (cursors.get(pair)?.watermark ?? 0) >= o.endMs)) {
        await o.clock.sleep(o.random.int(20, 250))
        const count = (await o.log.topics.partitions([TRADES])).get(TRADES) ?? 0
        const made: OutRecord[] = []
        const advanced = new Map(cursors)
        for (const [pair, trades] of byPair)
          advanced.set(pair, advance(o, pair, trades, cursors.get(pair) ?? NEW, count, made))
        // Every other transaction is written as version 0.1 did, which had the content of control records in their values.
        isOld = !isOld
        const records = isOld ? made.map(asVersion01) : made
        if (records.length > 0) await producer.transact(records)
        for (const [pair, cursor] of advanced) cursors.set(pair, cursor)
      }
      return o.finished()
    } catch (error) {
      if (error instanceof Fenced && !o.isCurrent()) return
      await o.clock.sleep(o.random.int(50, 500))
    }
  }
}

const asVersion01 = (record: OutRecord): OutRecord => {
  const { control, content } = record.headers ?? {}
  return control && content ? { ...record, value: content, headers: { control } } : record
}

const NEW: PairCursor = { next: 0, watermark: 0, route: null }

async function readCursors(log: Log): Promise<Map<string, PairCursor>> {
  const { start, end } = await log.offsets(CURSORS, 0)
  const cursors = new Map<string, PairCursor>()
  for await (const records of log.read(CURSORS, 0, start, end))
    for (const { key, value } of records) cursors.set(key ?? '', JSON.parse(String(value)) as PairCursor)
  return cursors
}

function advance(
  o: WriterOptions,
  pair: string,
  trades: readonly Trade[],
  cursor: PairCursor,
  count: number,
  records: OutRecord[],
): PairCursor {
  const now = o.clock.wall()
  const due: Trade[] = []
  for (let i = cursor.next; i < trades.length && trades[i]!.timestamp_ms <= now; i++) due.push(trades[i]!)
  const first = cursor.route === null
  if (first && due.length === 0) return cursor
  const route = o.isForeign ? unmarkedRoute(o, pair, cursor, count) : routeOf(o, pair, cursor, count, records)
  const to = { topic: TRADES, partition: route.partition, key: pair }
  let watermark = cursor.watermark
  for (const [i, trade] of due.entries()) {
    records.push({ ...to, value: JSON.stringify(trade) })
    watermark = Math.max(watermark, trade.timestamp_ms - (trade.timestamp_ms % o.baseMs))
    if (o.rubbish()) records.push({ ...to, ...rubbish(o, trades, cursor.next + i, watermark) })
  }
  const safe = now >= o.endMs ? o.endMs : now - 50 * PACE
  const ended = safe - (safe % o.baseMs)
  if (ended > watermark) {
    if (!o.isForeign) records.push(controlRecord(TRADES, route.partition, 'watermark', { pair, watermark_ms: ended }))
    watermark = ended
  }
  if (due.length === 0 && watermark === cursor.watermark && route === cursor.route) return cursor
  const advanced = { next: cursor.next + due.length, watermark, route }
  records.push({ topic: CURSORS, partition: 0, key: pair, value: JSON.stringify(advanced) })
  return advanced
}

/** How many trades before the newest one the repeated trade is; the last distance is beyond the ids whose content is compared. */
const BACK = [0, 0, 2, 6, 34]

/**
 * @returns a record that no candle may count. Its headers are for the verification: the kind of the record, the id of the trade
 *   before it and that trade's time, the repeated id, and the time (Unix ms) of the trade that it replaces, or of the trade before
 *   it if the record has no time
 */
function rubbish(
  o: WriterOptions,
  trades: readonly Trade[],
  at: number,
  watermark: number,
): Pick<OutRecord, 'value' | 'headers'> {
  const trade = trades[at]!
  // A producer without markers only repeats trades, because the verification of its histories counts every other dead letter.
  const kind = o.isForeign
    ? o.random.pick(['duplicate', 'contradiction'] as const)
    : o.random.pick(['duplicate', 'contradiction', 'late', 'malformed', 'poison'] as const)
  const late = watermark - 1
  // Without a random number of its own, so that known seeds still give the same histories.
  const repeated = trades[Math.max(0, at - BACK[at % BACK.length]!)]!
  const isRepeated = kind === 'duplicate' || kind === 'contradiction'
  const headers = {
    rubbish: kind,
    at: String(kind === 'late' ? late : isRepeated ? repeated.timestamp_ms : trade.timestamp_ms),
    after: String(trade.trade_id),
    now: String(trade.timestamp_ms),
    id: String(repeated.trade_id),
    price: kind === 'contradiction' && at % 2 === 0 ? 'other' : 'same',
  }
  const other = { ...trade, trade_id: 1e9 + trade.trade_id }
  // Half of the contradictions lie within the bounds of their window: only the content of the counted trade shows them.
  const wrong = at % 2 === 0 ? { price: repeated.price + 1e6 } : { qty: repeated.qty / 2 }
  const values = {
    duplicate: () => JSON.stringify(repeated),
    contradiction: () => JSON.stringify({ ...repeated, ...wrong }),
    late: () => JSON.stringify({ ...other, timestamp_ms: late }),
    malformed: () => o.random.pick(['{', '{"pair":"', '[]', 'null', '']),
    poison: () => JSON.stringify(other),
  }
  return { value: values[kind](), headers }
}

function unmarkedRoute(o: WriterOptions, pair: string, { route }: PairCursor, partitions: number): Route {
  const partition = o.place(pair, partitions)
  return route?.partition === partition ? route : { partition, epoch: [0, 0], partitions }
}

function routeOf(o: WriterOptions, pair: string, { route }: PairCursor, count: number, records: OutRecord[]): Route {
  if (route === null) {
    const born: Route = { partition: o.place(pair, count), epoch: [0, 0], partitions: count }
    const { complete_from_ms = null, candles = [] } = o.beginnings.get(pair) ?? {}
    records.push(birthRecord(TRADES, pair, born, { complete_from_ms }))
    for (const candle of candles) records.push(controlRecord(TRADES, born.partition, 'seed', seedOf(candle)))
    return born
  }
  if (!isOutgrown(route, count)) return route
  const next = reroute(route, o.place(pair, count), count, afterWriterMove)
  if (next.partition !== route.partition) records.push(...moveRecords(TRADES, pair, route, next))
  return next
}
