import { type ExchangeTrade, Malformed, shown } from '../trade.ts'
import { hasId, hasNumericId, tradeOfCells } from './cells.ts'
import type { Cells } from './fields.ts'
import { LastRows } from './last-rows.ts'
import type { Layout } from './layouts.ts'
import { NO_PAIR, OTHER_PAIR, PairFilter } from './pair-filter.ts'
import { type Silence, SilenceFinder } from './silence.ts'
import type { TimeFormat } from './times.ts'
import { TradeBatch } from './trade-batch.ts'

/** Why a row is left out. */
export type LeftOutReason =
  | 'bad_columns'
  | 'bad_json'
  | 'bad_quotes'
  | 'bad_pair'
  | 'bad_trade_id'
  | 'bad_side'
  | 'bad_time'
  | 'bad_price'
  | 'bad_qty'
  | 'repeated_header'
  | 'other_pair'
  | 'other_message'

/** A row that is left out. */
export interface LeftOut {
  readonly file: string
  readonly line: number
  readonly reason: LeftOutReason
  readonly problem: string
  /** Undefined if the row names no pair. */
  readonly pair?: string | undefined
}

/** The options of a read that its session needs. */
export interface SessionOptions {
  /** Pairs to read; undefined: all pairs. If the lines of a file name no pair, there has to be exactly one here, and it is theirs. */
  readonly pairs?: readonly string[] | undefined
  /** Whether the rows are sorted later, so that any row that cannot be read may have been a pair's last trade. */
  readonly isSortedLater?: boolean | undefined
  /** Fills two batches in turn, which creates no garbage. A batch is then valid only until the next one is requested. */
  readonly reusesBatches?: boolean | undefined
  /** Receives each row that is not a valid trade. */
  onLeftOut?(row: LeftOut): void
  /** Receives each time without trades in which a file without ids may have been forgotten. */
  onSilence?(silence: Silence): void
}

/** State shared by all files of one read. */
export class ReadSession {
  readonly pairs: PairFilter
  readonly lastRows = new LastRows()
  /** Rows read of each pair, by the pair's index: they number the trades of files without ids. */
  readonly #counts: number[] = []
  /** Lost rows that name no pair: as each of them may belong to any pair, all pairs' numbers jump there. */
  #countOfAll = 0
  /** Whether the trades are numbered, as the first row says; all files must agree. */
  isNumbered: boolean | undefined
  /** The exchange that the trades name. All of them have to be of one exchange, because each numbers its trades itself. */
  exchange: string | undefined
  /** Whether a batch is filled again once the next one has been requested. */
  readonly reusesBatches: boolean
  readonly #options: SessionOptions
  /** By the pair's index; undefined if the rows are not in the order of their times. */
  readonly #silences: SilenceFinder[] | undefined

  constructor(options: SessionOptions) {
    this.pairs = new PairFilter(options.pairs)
    this.reusesBatches = options.reusesBatches ?? false
    this.#options = options
    this.#silences = options.isSortedLater ? undefined : []
  }

  leaveOut(row: LeftOut): void {
    this.#options.onLeftOut?.(row)
  }

  /** Notes the trades of a full batch of a file without ids, and leaves out a number where a file may have been forgotten. */
  number(batch: TradeBatch): void {
    const silences = this.#silences
    if (!silences) return
    const { length, pairs, times, file } = batch
    for (let row = 0; row < length; row++) {
      const pair = pairs[row]!
      silences[pair] ??= new SilenceFinder(batch.pair(row))
      const silence = silences[pair].next(file, times[row]!)
      if (silence === undefined) continue
      this.count(pair)
      batch.shiftIds(pair)
      this.#options.onSilence?.(silence)
    }
  }

  /** @returns the next number of a pair's rows. */
  count(pair: number): number {
    const count = (this.#counts[pair] ?? 0) + 1
    this.#counts[pair] = count
    return count + this.#countOfAll
  }

  /** Counts a row that cannot be read. @param pair undefined if it names none */
  countLost(line: number, pair: number | undefined): void {
    if (pair === undefined) this.#countOfAll++
    else this.count(pair)
    this.lastRows.lose(line, pair)
  }
}

/** Why a trade of a socket or a history is left out, by its field at fault. */
const REASONS: Readonly<Record<string, LeftOutReason>> = {
  price: 'bad_price',
  qty: 'bad_qty',
  timestamp: 'bad_time',
  side: 'bad_side',
  trade_id: 'bad_trade_id',
  pair: 'bad_pair',
}

/** @param field of a rejected trade */
export const reasonOfField = (field: string): LeftOutReason => REASONS[field] ?? 'bad_columns'

const FIELD_REASONS: readonly (readonly [RegExp, LeftOutReason])[] = [
  [/^pair /, 'bad_pair'],
  [/^trade_id /, 'bad_trade_id'],
  [/^(side|buyer_is_maker) /, 'bad_side'],
  [/^timestamp /, 'bad_time'],
  [/^price /, 'bad_price'],
  [/^qty /, 'bad_qty'],
]

const reasonOf = (problem: string): LeftOutReason =>
  FIELD_REASONS.find(([pattern]) => pattern.test(problem))?.[1] ?? 'bad_columns'

/** Turns the rows of one file into batches of trades, and reports the rows that are left out. */
export class RowSink {
  readonly session: ReadSession
  readonly file: string
  batch: TradeBatch
  /** Whether this file's trades are numbered; undefined before its first row. */
  isNumbered: boolean | undefined
  /** Rows of this file that are left out, and the first one. */
  leftOut = 0
  firstLeftOut: LeftOut | undefined
  /** Rows that have an id where the file's first trade has none, or the reverse. */
  otherIds = 0
  /** The previous batch, if batches are filled again. */
  #before: TradeBatch | undefined

  constructor(file: string, session: ReadSession) {
    this.file = file
    this.session = session
    this.batch = new TradeBatch(file, session.pairs.index)
  }

  /** @returns the full batch, and begins another one. */
  take(): TradeBatch {
    const { batch } = this
    this.session.lastRows.note(batch)
    batch.isNumbered = this.isNumbered === true
    if (batch.isNumbered) this.session.number(batch)
    this.batch = this.#before ?? new TradeBatch(this.file, this.session.pairs.index)
    this.batch.clear()
    if (this.session.reusesBatches) this.#before = batch
    return batch
  }

  leaveOut(line: number, reason: LeftOutReason, problem: string, pair?: string): void {
    const row = { file: this.file, line, reason, problem, pair: pair ?? this.session.pairs.only }
    this.leftOut++
    this.firstLeftOut ??= row
    this.session.leaveOut(row)
  }

  /** Reports a row whose cells cannot be read. It may have been a trade, so the numbers of a file without ids have a gap there. */
  broken(line: number, reason: LeftOutReason, problem: string): void {
    const { pairs } = this.session
    this.session.countLost(line, pairs.only === undefined ? undefined : pairs.find(pairs.only))
    this.leaveOut(line, reason, problem)
  }

  /**
   * @throws Malformed if the pair of the file's rows is unknown, or if only some of the files have ids
   */
  add(cells: Cells, line: number, time: TimeFormat, ids: Layout['ids']): void {
    const { session } = this
    const symbol = cells.pair === undefined ? this.#only() : cells.pair
    const pair = typeof symbol === 'string' ? session.pairs.find(symbol.trim()) : NO_PAIR
    if (typeof symbol !== 'string' || pair === NO_PAIR) {
      this.broken(line, 'bad_pair', `pair ${shown(symbol)} is not a name`)
      return
    }
    if (pair === OTHER_PAIR) {
      this.leaveOut(line, 'other_pair', `${symbol.trim()} was not requested`, symbol.trim())
      return
    }
    if (this.isNumbered === undefined) this.#decideIds(cells, ids)
    const name = session.pairs.index.names[pair]!
    const number = session.count(pair)
    let trade: ExchangeTrade
    try {
      this.#checkId(cells, ids)
      trade = tradeOfCells(cells, { pair: name, number: this.isNumbered ? number : undefined, time })
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      if (!this.#skip(cells, error.message, name, number)) session.lastRows.lose(line, pair)
      this.leaveOut(line, reasonOf(error.message), error.message, name)
      return
    }
    if (typeof cells.exchange === 'string') this.#checkExchange(cells.exchange, name, line)
    this.batch.push(trade, line)
  }

  #checkExchange(exchange: string, pair: string, line: number): void {
    const { session } = this
    session.exchange ??= exchange
    if (session.exchange === exchange) return
    const [now, before] = [exchange, session.exchange].map(shown)
    throw new Malformed(
      `${this.file}, line ${line}: a trade of ${pair} from ${now}, and earlier ones from ${before}: read the trades of each exchange apart`,
    )
  }

  #checkId(cells: Cells, ids: Layout['ids']): void {
    if (this.isNumbered ? ids !== 'exchange' || !hasId(cells) : hasId(cells)) return
    this.otherIds++
    throw new Malformed(
      this.isNumbered
        ? `trade_id ${shown(cells.trade_id)}, where other lines have none`
        : 'trade_id is empty, where other lines have one',
    )
  }

  /** Notes the id of a trade with an impossible price or quantity, so that it opens no gap. @returns whether the row is one */
  #skip(cells: Cells, problem: string, pair: string, number: number): boolean {
    if (!/^(price|qty) \S+ is not positive/.test(problem)) return false
    if (!this.isNumbered && !hasNumericId(cells)) return false
    const trade_id = this.isNumbered ? number : Number(cells.trade_id)
    this.batch.skipped.push({ row: this.batch.length, pair, trade_id })
    return true
  }

  #only(): string {
    const { only } = this.session.pairs
    if (only === undefined)
      throw new Malformed(`${this.file}: its lines name no pair, so that PAIRS must name exactly one`)
    return only
  }

  #decideIds(cells: Cells, ids: Layout['ids']): void {
    const { session, file } = this
    this.isNumbered = ids === 'none' || !(ids === 'maybe' ? hasNumericId(cells) : hasId(cells))
    session.isNumbered ??= this.isNumbered
    if (session.isNumbered === this.isNumbered) return
    const [has, lacks] = this.isNumbered ? ['the files before', file] : [file, 'the files before']
    throw new Malformed(`${has} have ids of trades and ${lacks} have none: read them apart, into topics of their own`)
  }
}
