import type { ExchangeTrade } from '@candlewick/exchanges'
import { type Emit, Rejected } from '@candlewick/streams/processor'
import type { PairState as CandlesState } from '../../services/candles/src/pair-state.ts'
import type { CandlesProcessor } from '../../services/candles/src/processor.ts'
import type { DecodedTrade } from '../../services/candles/src/trade-decoder.ts'
import { TradeSequencer } from '../../services/trades-ingestor/src/trade-sequencer.ts'
import { RecentTrades } from './recent-trades.ts'

/** A trade as the fold takes it, the taker's side as the reader has it, and the line of the file. */
export interface FoldedTrade extends DecodedTrade {
  side: number
  line: number
}

export interface PairFoldOptions {
  readonly pair: string
  readonly candles: CandlesProcessor
  /** Receives the candles. */
  readonly emit: Emit
  /** Since when the source has all trades (Unix ms); undefined: since the pair's first one. */
  readonly fromMs: number | undefined
  /** A trade that goes into no candle. */
  leaveOut(reason: string, line: number): void
}

/** A trade may come after so many others of its pair with higher ids. */
export const REORDERED_MAX = 1000
/** The first trades of a pair are put in order before any of them is folded. */
const FIRST = 100

/**
 * One pair's trades → candles, as the ingestor and `candles` make them: in the order of their ids, with gaps where ids are
 * missing. Trades in order, nearly all of them, go straight to the fold; the others take the ingestor's own sequencer.
 */
export class PairFold {
  /** Trades in candles and open windows. */
  used = 0
  readonly state: CandlesState
  readonly #o: PairFoldOptions
  readonly #sequencer: TradeSequencer
  readonly #recent = new RecentTrades()
  /** Trades that wait in the sequencer, by id. */
  readonly #waiting = new Map<number, FoldedTrade>()
  #lastId = -1
  #lastMs = 0
  #isBorn = false
  /** Whether nothing waits, so that the next trade can be folded at once. */
  #isInOrder = false
  #start: FoldedTrade[] | undefined = []
  readonly #startSkipped: number[] = []

  constructor(options: PairFoldOptions) {
    this.#o = options
    this.#sequencer = new TradeSequencer(options.pair)
    if (options.fromMs !== undefined) this.#sequencer.beginsAt(options.fromMs)
    this.state = options.candles.initial(options.pair)
  }

  /** @param trade is not kept */
  take(trade: FoldedTrade): void {
    if (trade.trade_id === this.#lastId + 1 && this.#isInOrder) this.#fold(trade)
    else this.#takeOutOfOrder(trade)
  }

  /** An impossible trade has this id, so that its absence is no gap. */
  skip(id: number): void {
    if (this.#start) this.#startSkipped.push(id)
    else if (id === this.#lastId + 1 && this.#isInOrder) this.#lastId = id
    else if (id > this.#lastId) this.#offer([], [id])
  }

  /** Nothing follows: what waits is folded. @returns the time of the last trade (Unix ms), 0 where there is none */
  settle(): number {
    this.#begin()
    this.#giveUp(0)
    return this.#lastMs
  }

  /** After {@link settle}: closes the windows that end by the time. @param nowMs Unix ms */
  close(watermarkMs: number, nowMs: number): void {
    if (watermarkMs <= this.#lastMs || !this.#isBorn) return
    this.#control('watermark', { pair: this.#o.pair, watermark_ms: watermarkMs }, nowMs)
  }

  #control(kind: string, value: object, nowMs: number): void {
    this.#o.candles.control(this.state, kind, value, this.#o.emit, nowMs)
  }

  #fold(trade: FoldedTrade): void {
    this.#lastId = trade.trade_id
    this.#lastMs = trade.timestamp_ms
    try {
      this.#o.candles.processTrade(this.state, trade, this.#o.emit)
      this.used++
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      this.#o.leaveOut(error.reason, trade.line)
    }
    this.#recent.add(trade.trade_id, trade.price, trade.qty, stampOf(trade))
  }

  #takeOutOfOrder(trade: FoldedTrade): void {
    if (this.#start) {
      this.#start.push({ ...trade })
      if (this.#start.length === FIRST) this.#begin()
    } else if (trade.trade_id <= this.#lastId) this.#repeated(trade)
    else if (this.#waiting.has(trade.trade_id))
      this.#leaveOutRepeated(trade, isSame(this.#waiting.get(trade.trade_id)!, trade))
    else {
      this.#offer([{ ...trade }], [])
      this.#giveUp(REORDERED_MAX)
    }
  }

  #begin(): void {
    const start = this.#start ?? []
    this.#start = undefined
    const byId = new Map<number, FoldedTrade>()
    for (const trade of start) {
      const known = byId.get(trade.trade_id)
      if (known) this.#leaveOutRepeated(trade, isSame(known, trade))
      else byId.set(trade.trade_id, trade)
    }
    if (byId.size > 0) this.#offer([...byId.values()], this.#startSkipped)
  }

  #repeated(trade: FoldedTrade): void {
    const { trade_id, price, qty } = trade
    this.#leaveOutRepeated(trade, this.#recent.isSame(trade_id, price, qty, stampOf(trade)))
  }

  #leaveOutRepeated({ line }: FoldedTrade, isSame: boolean | undefined): void {
    this.#o.leaveOut(isSame === undefined ? 'out_of_order' : isSame ? 'duplicate' : 'other_content', line)
  }

  #offer(trades: readonly FoldedTrade[], skipped: readonly number[]): void {
    const { pair } = this.#o
    if (this.#isInOrder)
      this.#sequencer.restore({ last_trade_id: this.#lastId, last_timestamp_ms: this.#lastMs, watermark_ms: null })
    for (const trade of trades) this.#waiting.set(trade.trade_id, trade)
    this.#sequencer.offer({
      trades: trades.map(trade => exchangeTrade(pair, trade)),
      rejected: skipped.map(trade_id => ({ pair, trade_id, field: 'row', problem: 'impossible' })),
    })
    this.#drain()
  }

  /** The oldest gaps are given up until so many trades wait at most. */
  #giveUp(waitingMax: number): void {
    while (this.#sequencer.buffered > waitingMax && this.#sequencer.canGiveUp) {
      this.#sequencer.giveUp()
      this.#drain()
    }
  }

  #drain(): void {
    const { pair } = this.#o
    for (const entry of this.#sequencer.entries) {
      if (entry.type === 'gap') {
        const { from_ms, to_ms } = entry
        this.#control('gap', { pair, from_ms, to_ms }, 0)
      } else if (entry.type === 'trade') {
        if (!this.#isBorn) this.#bear(entry.trade)
        const id = entry.trade.trade_id
        this.#fold(this.#waiting.get(id)!)
        this.#waiting.delete(id)
      } else if (entry.type === 'rejected') this.#lastId = entry.trade.trade_id
    }
    this.#sequencer.committed()
    this.#isInOrder = this.#sequencer.buffered === 0
  }

  #bear(first: ExchangeTrade): void {
    this.#isBorn = true
    const { pair } = this.#o
    this.#control('arrive', { pair, complete_from_ms: this.#sequencer.completeFrom(first) }, 0)
  }
}

/** Time and side as one number, exactly: times lie below 2^47. */
const stampOf = ({ timestamp_ms, side }: FoldedTrade): number => timestamp_ms * 4 + side

const isSame = (a: FoldedTrade, b: FoldedTrade): boolean =>
  a.price === b.price && a.qty === b.qty && stampOf(a) === stampOf(b)

const exchangeTrade = (pair: string, { trade_id, price, qty, timestamp_ms, side }: FoldedTrade): ExchangeTrade => ({
  pair,
  trade_id,
  side: side === 1 ? 'buy' : side === 2 ? 'sell' : null,
  price: String(price),
  qty: String(qty),
  timestamp_ms,
})
