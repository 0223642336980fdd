import type { ExchangeTrade } from '../trade.ts'

/** Maximum number of trades in a batch. */
export const BATCH_TRADES = 4096
/** Longest line that is copied to a batch as a whole. */
export const LINE_BYTES_MAX = 512

/** Values of {@link TradeBatch.sides}. */
export const SIDES = [null, 'buy', 'sell'] as const
export const [NO_SIDE, BUY, SELL] = [0, 1, 2] as const

export interface Skipped {
  /** The row of the batch before which the id comes. */
  readonly row: number
  readonly pair: string
  readonly trade_id: number
}

/** Pair names as small integers, shared by all batches of one read. */
export class PairIndex {
  readonly names: string[] = []
  readonly #ids = new Map<string, number>()

  /** @returns the pair's index in `names`. A new pair is added. */
  of(pair: string): number {
    const known = this.#ids.get(pair)
    if (known !== undefined) return known
    this.#ids.set(pair, this.names.length)
    return this.names.push(pair) - 1
  }
}

/**
 * Recorded trades in columns, one array a field, so that millions of trades need no object each. Row `i` is a trade for
 * every `i` below `length`. A batch belongs to its receiver and is never filled again,
 * unless `reusesBatches` was asked for.
 */
export class TradeBatch {
  length = 0
  /** Whether the file has no ids, so that `ids` count the pair's rows. */
  isNumbered = false
  /** Path of the rows' file, unless {@link fileOf} returns another one. */
  readonly file: string
  /** Files of rows that were sorted together with those of other files. */
  #files: string[] | undefined
  /** Names of the pairs; `pairs` holds indices into it. */
  readonly pairIndex: PairIndex
  readonly pairs = new Uint32Array(BATCH_TRADES)
  readonly ids = new Float64Array(BATCH_TRADES)
  /** Taker's sides: {@link NO_SIDE}, {@link BUY} or {@link SELL}. */
  readonly sides = new Uint8Array(BATCH_TRADES)
  /** Quote units, the double nearest to the text. */
  readonly prices = new Float64Array(BATCH_TRADES)
  /** Base units, the double nearest to the text. */
  readonly qtys = new Float64Array(BATCH_TRADES)
  /** Unix ms. */
  readonly times = new Float64Array(BATCH_TRADES)
  /** Line of the file (from 1), or number of the item in a JSON document. */
  readonly lines = new Float64Array(BATCH_TRADES)
  /** The file's own digits, ASCII: the price of row i is [priceStarts[i], priceEnds[i]), and its quantity likewise. */
  readonly text = Buffer.allocUnsafeSlow(BATCH_TRADES * 64 + LINE_BYTES_MAX)
  textEnd = 0
  readonly priceStarts = new Uint32Array(BATCH_TRADES)
  readonly priceEnds = new Uint32Array(BATCH_TRADES)
  readonly qtyStarts = new Uint32Array(BATCH_TRADES)
  readonly qtyEnds = new Uint32Array(BATCH_TRADES)
  /** Trades of the exchange with impossible values, e.g. a quantity of 0. Their ids are not gaps. */
  readonly skipped: Skipped[] = []
  /**
   * Pairs that may lack a trade behind their last one, because a later row could not be read. No missing id shows such a row, so the
   * last batch of a read names these pairs. It may have no trades.
   */
  readonly lost: string[] = []
  /** Pairs that may lack a trade before their first one, which is in this batch, because an earlier row could not be read. */
  readonly lostBefore: string[] = []

  constructor(file: string, pairIndex: PairIndex) {
    this.file = file
    this.pairIndex = pairIndex
  }

  /** Drops the trades, so that the batch can be filled again. */
  clear(): void {
    this.length = 0
    this.textEnd = 0
    this.skipped.length = 0
    this.lost.length = 0
    this.lostBefore.length = 0
  }

  /** Whether there may be no room for another trade. */
  get isFull(): boolean {
    return this.length === BATCH_TRADES || this.textEnd + LINE_BYTES_MAX > this.text.length
  }

  /** Copies the lines that contain the rows' digits. One copy of many lines costs a tenth as much as a copy of each number. */
  addText(block: Buffer, start: number, end: number): void {
    this.textEnd += block.copy(this.text, this.textEnd, start, end)
  }

  /** @returns the path of the row's file. */
  fileOf(row: number): string {
    return this.#files?.[row] ?? this.file
  }

  pair(row: number): string {
    return this.pairIndex.names[this.pairs[row]!]!
  }

  /** @returns the price as the file writes it. */
  priceText(row: number): string {
    return this.text.toString('latin1', this.priceStarts[row], this.priceEnds[row])
  }

  /** @returns the quantity as the file writes it. */
  qtyText(row: number): string {
    return this.text.toString('latin1', this.qtyStarts[row], this.qtyEnds[row])
  }

  trade(row: number): ExchangeTrade {
    return {
      pair: this.pair(row),
      trade_id: this.ids[row]!,
      side: SIDES[this.sides[row]!]!,
      price: this.priceText(row),
      qty: this.qtyText(row),
      timestamp_ms: this.times[row]!,
    }
  }

  /** Raises the ids of a pair's trades by one. */
  shiftIds(pair: number): void {
    for (let row = 0; row < this.length; row++) if (this.pairs[row] === pair) this.ids[row]!++
    const name = this.pairIndex.names[pair]!
    for (const [i, of] of this.skipped.entries())
      if (of.pair === name) this.skipped[i] = { ...of, trade_id: of.trade_id + 1 }
  }

  *[Symbol.iterator](): Generator<ExchangeTrade> {
    for (let row = 0; row < this.length; row++) yield this.trade(row)
  }

  /** Adds a trade that {@link exchangeTrade} has checked. The batch must not be full. */
  push({ pair, trade_id, side, price, qty, timestamp_ms }: ExchangeTrade, line: number, file = this.file): void {
    const row = this.length++
    if (file !== this.file) {
      this.#files ??= []
      this.#files[row] = file
    }
    this.pairs[row] = this.pairIndex.of(pair)
    this.ids[row] = trade_id
    this.sides[row] = side === 'buy' ? BUY : side === 'sell' ? SELL : NO_SIDE
    this.prices[row] = Number(price)
    this.qtys[row] = Number(qty)
    this.times[row] = timestamp_ms
    this.lines[row] = line
    this.priceStarts[row] = this.textEnd
    this.textEnd += this.text.write(price, this.textEnd, 'latin1')
    this.priceEnds[row] = this.qtyStarts[row] = this.textEnd
    this.textEnd += this.text.write(qty, this.textEnd, 'latin1')
    this.qtyEnds[row] = this.textEnd
  }
}
