import type { Clock, ExchangeTrade } from '@candlewick/exchanges'
import type { Cursor, Seed } from '@candlewick/market-data'
import type { Spans } from '@candlewick/service'
import {
  afterWriterMove,
  birthRecord,
  isOutgrown,
  type Log,
  moveRecords,
  type OutRecord,
  reroute,
  type TransactionalProducer,
} from '@candlewick/streams'
import { CursorTable, cursorRecord, isOthers } from './cursor-table.ts'
import { OWNER_REFRESH_MS, Refused, refuseForeign } from './owner.ts'
import type { Placement } from './placement.ts'
import type { RowsEntry } from './recorded/recorded-pair.ts'
import { RowEncoder } from './recorded/row-encoder.ts'
import { entryRecord, seedRecord } from './records.ts'
import type { Entry, Written } from './trade-sequencer.ts'

export interface WriterOptions {
  readonly log: Log
  readonly clock: Clock
  /** The group, which is also the transactional id. */
  readonly group: string
  readonly topics: { readonly trades: string; readonly cursors: string }
  readonly exchange: string
  readonly owner: string
  readonly pairs: readonly string[]
  readonly place: Placement
  /** Undefined without tracing. */
  readonly spans?: (() => Spans) | undefined
}

type Outgoing = ReturnType<Log['outgoing']>

/** The entries of a pair that wait to be written. */
export interface Waiting {
  readonly pair: string
  readonly entries: readonly (Entry | RowsEntry)[]
  /** The pair's position after the entries are written. */
  readonly last: Written
  /** The exchange's candles of windows before the pair's first trade. */
  readonly seeds: readonly Seed[]
  /** @returns from when on a series that begins with this trade is complete (Unix ms). */
  completeFrom(first: Pick<ExchangeTrade, 'timestamp_ms'>): number
}

export interface Batch {
  readonly trades: number
  readonly byPair: ReadonlyMap<string, number>
  readonly moves: readonly { readonly pair: string; readonly from: number; readonly to: number }[]
}

/** Time constant of the decaying rate of a pair's trades. */
const RATE_MS = 60_000
/** How often the number of partitions is read again, because a broker may not know added partitions for a moment. */
const [COUNT_TRIES, COUNT_RETRY_MS] = [10, 500]
const FIRST_EPOCH: Cursor['route']['epoch'] = [0, 0]
const NOTHING: Written = { last_trade_id: null, last_timestamp_ms: null, watermark_ms: null }

/**
 * Writes trades, their control records and the cursors in one transaction. After an error the outcome is unknown: the
 * writer is discarded, and a new one reads the cursors.
 */
export class Writer {
  readonly #o: WriterOptions
  readonly #producer: TransactionalProducer
  readonly #spans: Spans | undefined
  readonly #encoder = new RowEncoder()
  /** The cursors of all pairs of the topic; this ingestor's own cursors as it last wrote them. */
  readonly #cursors: Map<string, Cursor>
  /** Pairs of which another writer has written the last trades. */
  readonly takenOver: readonly string[]
  #partitions: number

  private constructor(
    options: WriterOptions,
    producer: TransactionalProducer,
    cursors: ReadonlyMap<string, Cursor>,
    partitions: number,
  ) {
    this.#o = options
    this.#producer = producer
    this.#spans = options.spans?.()
    this.#cursors = new Map(cursors)
    this.takenOver = options.pairs.filter(pair => isOthers(cursors.get(pair), options.owner))
    this.#partitions = partitions
  }

  /**
   * Fences an older writer of the group, reads its cursors, and claims the pairs.
   * @param resuming whether this process has had a writer before
   * @throws Refused if the pairs or the topic belong to another ingestor
   */
  static async open(options: WriterOptions, resuming: boolean): Promise<Writer> {
    const { log, topics, clock, group } = options
    const table = new CursorTable(log, topics.cursors)
    // The producer comes before any read, because its fencing ends an open transaction of an older writer.
    const producer = await log.producer(group)
    const cursors = await table.catchUp()
    try {
      const partitions = await partitionsOf(options, cursors)
      const writer = new Writer(options, producer, cursors, partitions)
      refuseForeign(cursors, { ...options, resuming, wallMs: clock.wall() })
      await writer.#claim()
      const claimed = await table.catchUp()
      refuseForeign(claimed, { ...options, resuming: false, wallMs: table.newestMs })
      return writer
    } catch (error) {
      await producer.close()
      throw error
    }
  }

  /** @returns the pair's position in the log. */
  written(pair: string): Written {
    return this.#cursors.get(pair) ?? NOTHING
  }

  /** Sets the topic's number of partitions. @returns whether it has grown; it never shrinks */
  grown(partitions: number): boolean {
    const more = partitions > this.#partitions
    if (more) this.#partitions = partitions
    return more
  }

  /** Writes the sequencers' entries, and a sign of life for pairs without a recent record. */
  async write(sequencers: readonly Waiting[]): Promise<Batch> {
    const wall = this.#o.clock.wall()
    const changed = this.#placed(sequencers.map(({ pair }) => pair))
    const records = this.#o.log.outgoing()
    const moves = this.#moves(changed, records)
    const byPair = new Map<string, number>()
    let trades = 0
    for (const sequencer of sequencers) {
      const cursor = changed.get(sequencer.pair) ?? this.#cursors.get(sequencer.pair)
      // The absolute value, so that a clock that was set back does not delay the sign of life.
      const quietMs = Math.abs(wall - (cursor?.owner?.seen_ms ?? 0))
      if (!cursor || (sequencer.entries.length === 0 && quietMs < OWNER_REFRESH_MS)) continue
      const born = this.#born(records, sequencer, cursor)
      const appended = this.#append(records, sequencer, cursor)
      if (appended > 0) byPair.set(sequencer.pair, appended)
      trades += appended
      changed.set(sequencer.pair, this.#next(sequencer, born, wall))
    }
    for (const [pair, cursor] of changed) records.push(cursorRecord(this.#o.topics.cursors, pair, cursor))
    if (records.length > 0) await this.#producer.transact(records)
    this.#spans?.written()
    for (const [pair, cursor] of changed) this.#cursors.set(pair, cursor)
    return { trades, byPair, moves }
  }

  /** Releases the pairs and closes the producer. */
  async close(): Promise<void> {
    const own = [...this.#cursors].filter(([, cursor]) => cursor.owner?.id === this.#o.owner)
    const records = own.map(([pair, cursor]) => cursorRecord(this.#o.topics.cursors, pair, { ...cursor, owner: null }))
    if (records.length > 0) await this.#producer.transact(records)
    await this.#producer.close()
  }

  async #claim(): Promise<void> {
    const owner = { id: this.#o.owner, seen_ms: this.#o.clock.wall() }
    const { pairs, topics } = this.#o
    const placed = this.#placed(pairs)
    const records: OutRecord[] = []
    for (const pair of pairs) {
      const known = this.#cursors.get(pair)
      // A pair with trades moves only in a transaction with its arrive and move markers.
      const cursor = known && known.last_trade_id !== null ? known : (placed.get(pair) ?? known)
      if (!cursor) continue
      this.#cursors.set(pair, { ...cursor, owner })
      records.push(cursorRecord(topics.cursors, pair, { ...cursor, owner }))
    }
    if (records.length > 0) await this.#producer.transact(records)
  }

  /**
   * @returns new cursors for pairs without a cursor or with an unused one, and for pairs whose route is older than the topic's
   * newest partition
   */
  #placed(pairs: readonly string[]): Map<string, Cursor> {
    const isOld = (pair: string) => isOutgrown(this.#cursors.get(pair)?.route ?? null, this.#partitions)
    const changed = new Map<string, Cursor>()
    if (!pairs.some(isOld)) return changed
    const own = new Set([
      ...pairs,
      ...[...this.#cursors].flatMap(([p, c]) => (c.owner?.id === this.#o.owner ? [p] : [])),
    ])
    const all = new Set([...this.#cursors.keys(), ...own])
    const placed = [...all].map(pair => {
      const cursor = this.#cursors.get(pair)
      return { pair, partition: cursor?.route.partition ?? null, rate: cursor?.rate ?? 0 }
    })
    const plan = this.#o.place(placed, this.#partitions, isOld)
    for (const pair of own) if (isOld(pair)) changed.set(pair, this.#routed(pair, plan.get(pair) ?? 0))
    return changed
  }

  #routed(pair: string, partition: number): Cursor {
    const cursor = this.#cursors.get(pair)
    const partitions = this.#partitions
    if (cursor && cursor.last_trade_id !== null)
      return { ...cursor, route: reroute(cursor.route, partition, partitions, afterWriterMove) }
    // Before its first trade a pair is in no partition yet, so it changes its route without a move.
    const route = { partition, epoch: cursor?.route.epoch ?? FIRST_EPOCH, partitions }
    if (cursor) return { ...cursor, route }
    return { v: 1, exchange: this.#o.exchange, ...NOTHING, route, rate: 0, owner: null }
  }

  #moves(changed: ReadonlyMap<string, Cursor>, records: Outgoing) {
    const moves: { pair: string; from: number; to: number }[] = []
    for (const [pair, { route, last_trade_id }] of changed) {
      const from = this.#cursors.get(pair)?.route
      if (!from || last_trade_id === null || from.partition === route.partition) continue
      for (const record of moveRecords(this.#o.topics.trades, pair, from, route)) records.push(record)
      moves.push({ pair, from: from.partition, to: route.partition })
    }
    return moves
  }

  /** Appends the pair's birth record and the exchange's candles of earlier windows, which precede the pair's first trade. */
  #born(records: Outgoing, waiting: Waiting, cursor: Cursor): Cursor {
    const firstMs = firstMsOf(waiting.entries)
    if (firstMs === undefined || cursor.last_trade_id !== null) return cursor
    const complete_from_ms = waiting.completeFrom({ timestamp_ms: firstMs })
    records.push(birthRecord(this.#o.topics.trades, waiting.pair, cursor.route, { complete_from_ms }))
    for (const seed of waiting.seeds) records.push(seedRecord(this.#o.topics.trades, cursor.route.partition, seed))
    return { ...cursor, complete_from_ms }
  }

  /** @returns how many trades it appended. */
  #append(records: Outgoing, { pair, entries }: Waiting, { route }: Cursor): number {
    let trades = 0
    for (const entry of entries) {
      if (entry.type === 'rows') this.#appendRows(records, pair, route.partition, entry)
      else {
        const record = entryRecord(this.#o.topics.trades, pair, route.partition, entry, this.#spans)
        if (record) records.push(record)
      }
      trades += tradesOf(entry)
    }
    return trades
  }

  #appendRows(records: Outgoing, pair: string, partition: number, { batch, rows }: RowsEntry): void {
    const topic = this.#o.topics.trades
    // A log in memory keeps the records, but the encoder has only one buffer, which the next record overwrites.
    const keeps = Array.isArray(records)
    for (const row of rows) {
      if (this.#spans) {
        records.push(entryRecord(topic, pair, partition, { type: 'trade', trade: batch.trade(row) }, this.#spans)!)
        continue
      }
      const value = this.#encoder.encode(pair, batch, row)
      records.push({ topic, partition, key: pair, value: keeps ? Buffer.from(value) : value })
    }
  }

  #next(waiting: Waiting, cursor: Cursor, wall: number): Cursor {
    const elapsed = Math.max(0, wall - (cursor.owner?.seen_ms ?? wall))
    const trades = waiting.entries.reduce((sum, entry) => sum + tradesOf(entry), 0)
    const rate = cursor.rate * Math.exp(-elapsed / RATE_MS) + (trades * 1000) / RATE_MS
    return { ...cursor, ...waiting.last, rate, owner: { id: this.#o.owner, seen_ms: wall } }
  }
}

const tradesOf = (entry: Entry | RowsEntry): number =>
  entry.type === 'rows' ? entry.rows.length : entry.type === 'trade' ? 1 : 0

function firstMsOf(entries: readonly (Entry | RowsEntry)[]): number | undefined {
  const first = entries.find(entry => tradesOf(entry) > 0)
  if (first?.type === 'rows') return first.batch.times[first.rows[0]!]
  return first?.type === 'trade' ? first.trade.timestamp_ms : undefined
}

/**
 * @returns the number of partitions of the topic of trades
 * @throws Refused if the topic has fewer than the cursors know: topics only grow, so it is another topic of that name
 */
async function partitionsOf(
  { log, clock, topics, pairs }: WriterOptions,
  cursors: ReadonlyMap<string, Cursor>,
): Promise<number> {
  const known = Math.max(1, ...pairs.map(pair => cursors.get(pair)?.route.partitions ?? 0))
  for (let tries = 1; ; tries++) {
    const count = (await log.topics.partitions([topics.trades])).get(topics.trades) ?? 0
    if (count >= known) return count
    if (count === 0) throw new Error(`Topic ${topics.trades} does not exist`)
    if (tries === COUNT_TRIES)
      throw new Refused(
        'TRADES_TOPIC',
        topics.trades,
        `has ${count} partition${count > 1 ? 's' : ''}, but had ${known} when its cursors were written: it was deleted and ` +
          `made again. Delete ${topics.cursors}, too, or use other topics, e.g. with another TOPIC_PREFIX`,
      )
    await clock.sleep(COUNT_RETRY_MS)
  }
}
