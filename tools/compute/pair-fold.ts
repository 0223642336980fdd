import { type Emit, Rejected } from '@candlewick/streams/processor'
import { TRADE_COUNT } from '../../services/candles/src/open-window.ts'
import type { PairState as CandlesState } from '../../services/candles/src/pair-state.ts'
import type { CandlesProcessor } from '../../services/candles/src/processor.ts'
import type { DecodedTrade } from '../../services/candles/src/trade-decoder.ts'
import { NO_ROW, type TradeRun } from '../../services/candles/src/trade-run.ts'
import { fill } from './trade-columns.ts'

export interface PairFoldOptions {
  readonly pair: string
  readonly candles: CandlesProcessor
  /** Receives the candles. */
  readonly emit: Emit
  /** Time since which the source has all trades (Unix ms); undefined: since the pair's first trade. */
  readonly fromMs: number | undefined
}

/** A trade follows a trade with a higher id, or comes after its window has closed. The trades have to be sorted first. */
export class Disorder extends Error {
  override name = 'Disorder'
}

/**
 * Turns one pair's trades into candles, as if the ingestor wrote recorded trades and `candles` read them. Missing ids are a gap,
 * unless the source has an impossible trade with the id.
 */
export class PairFold {
  /** Trades in candles and open windows. */
  used = 0
  /** Time of the last trade, Unix ms; 0 if there is none. */
  lastMs = 0
  readonly state: CandlesState
  readonly #o: PairFoldOptions
  /** Ids of impossible trades that follow. */
  readonly #skipped = new Set<number>()
  #lastId = -1
  /** Whether trades may be missing behind the last one. */
  #lacksEnd = false
  /** Whether trades may be missing before the first one. */
  #lacksStart = false

  constructor(options: PairFoldOptions) {
    this.#o = options
    this.state = options.candles.initial(options.pair)
  }

  /** @param trade is not kept. @throws Disorder */
  take(trade: DecodedTrade): void {
    const id = trade.trade_id
    if (id !== this.#lastId + 1 || this.used === 0) this.#jump(trade)
    try {
      this.#o.candles.processTrade(this.state, trade, this.#o.emit)
    } catch (error) {
      if (error instanceof Rejected && error.reason === 'late') throw new Disorder(error.message)
      throw error
    }
    this.#lastId = id
    this.lastMs = trade.timestamp_ms
    this.used++
  }

  /**
   * Takes the pair's trades of a run.
   * @param first row of the first of them
   * @param trade is filled for trades that have to be processed one by one, and not kept
   * @throws Disorder
   */
  takeRun(run: TradeRun, first: number, trade: DecodedTrade): void {
    const { window } = this.state
    for (let row = first; row !== NO_ROW; row = run.next[row]!) {
      const before = window[TRADE_COUNT]!
      const last = this.#o.candles.processRun(this.state, run, row)
      if (last === NO_ROW) {
        this.take(fill(trade, run, row))
        continue
      }
      this.used += window[TRADE_COUNT]! - before
      this.#lastId = run.ids[last]!
      this.lastMs = run.times[last]!
      row = last
    }
  }

  /** Notes that an impossible trade has this id, so that its absence is not a gap. */
  skip(id: number): void {
    if (id > this.#lastId) this.#skipped.add(id)
  }

  /** Notes that a row before the first trade could not be read: it may have been a trade of the same window. */
  loseBefore(): void {
    this.#lacksStart = true
  }

  /** Notes that a row behind the last trade could not be read. It may have been a trade of any time up to the end. */
  lose(): void {
    this.#lacksEnd = true
  }

  /** Ends the input: closes the windows that end by the time. @param nowMs Unix ms */
  close(watermarkMs: number, nowMs: number): void {
    if (this.used === 0 || watermarkMs <= this.lastMs) return
    const { pair } = this.#o
    if (this.#lacksEnd) this.#control('gap', { pair, from_ms: this.lastMs, to_ms: watermarkMs }, 0)
    this.#control('watermark', { pair, watermark_ms: watermarkMs }, nowMs)
  }

  /** Handles a trade that does not follow the previous one: it is the first trade, or there is a gap. */
  #jump({ trade_id, timestamp_ms }: DecodedTrade): void {
    const { pair, fromMs } = this.#o
    if (this.used === 0) {
      const sinceMs = this.#lacksStart ? undefined : fromMs
      this.#control('arrive', { pair, complete_from_ms: sinceMs ?? timestamp_ms + 1 }, 0)
      return
    }
    if (trade_id <= this.#lastId) throw new Disorder(`trade ${trade_id} of ${pair} comes after trade ${this.#lastId}`)
    let known = 0
    for (const id of this.#skipped) {
      if (id >= trade_id) continue
      if (id > this.#lastId) known++
      this.#skipped.delete(id)
    }
    if (trade_id - this.#lastId - 1 === known) return
    const [from_ms, to_ms] = [Math.min(this.lastMs, timestamp_ms), Math.max(this.lastMs, timestamp_ms) + 1]
    this.#control('gap', { pair, from_ms, to_ms }, 0)
  }

  #control(kind: string, value: object, nowMs: number): void {
    this.#o.candles.control(this.state, kind, value, this.#o.emit, nowMs)
  }
}
