import type { Row } from '@candlewick/dataset'
import type { IndicatorSet } from '@candlewick/indicators'
import type { Candle } from '@candlewick/market-data'
import type { Mistakes } from '@candlewick/own-features'
import type { Emit } from '@candlewick/streams/processor'
import { type CandlesOptions, candlesProcessor } from '../../services/candles/src/processor.ts'
import type { DecodedTrade } from '../../services/candles/src/trade-decoder.ts'
import { NO_ROW, type TradeRun } from '../../services/candles/src/trade-run.ts'
import { technicalIndicatorsProcessor } from '../../services/technical-indicators/src/processor.ts'
import { Account } from './account.ts'
import { PairFold } from './pair-fold.ts'
import { decodedTrade, fill, type TradeColumns } from './trade-columns.ts'

export interface FoldOptions {
  readonly candles: CandlesOptions
  readonly indicators: IndicatorSet
  readonly mistakes?: Mistakes
  /** Wanted trades lie in [fromMs, toMs), Unix ms. With `fromMs` the source has all trades since then. */
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
  /** Time at which the trades are read (Unix ms); trades more than an hour later are left out, as in the live path. */
  readonly nowMs: number
  /**
   * Receives each feature row, in the order of time within a pair and interval, and whether its candle is complete. A row may be
   * incomplete although its candle is complete, because of other candles that its indicators have used.
   */
  onRow(pair: string, row: Row, isCandleComplete: boolean): void
}

const FUTURE_MS_MAX = 3_600_000

/** Trades of many pairs, each pair's in order → feature rows, by the processors of the services. */
export class Fold {
  readonly account = new Account()
  /** Counts of the processors, e.g. gaps, over all pairs. */
  readonly counts: Record<string, number> = {}
  readonly #o: FoldOptions
  readonly #candles
  readonly #indicators
  readonly #pairs = new Map<string, PairFold>()
  /** Pairs by the reader's index. */
  readonly #byIndex: PairFold[] = []
  /** Numbers of pairs that have rows in the batch; each one's first and last row, and for each row the pair's next one. */
  readonly #linked: number[] = []
  readonly #first: number[] = []
  readonly #last: number[] = []
  #next = new Int32Array(0)
  readonly #trade: DecodedTrade
  /** Times outside of these are left out. */
  readonly #wanted: { readonly fromMs: number; readonly beforeMs: number }

  constructor(options: FoldOptions) {
    const { candles, indicators, fromMs = 0, toMs = Number.POSITIVE_INFINITY, nowMs } = options
    this.#o = options
    this.#candles = candlesProcessor(candles)
    this.#indicators = technicalIndicatorsProcessor(indicators, options.mistakes)
    this.#wanted = { fromMs, beforeMs: Math.min(toMs, nowMs + FUTURE_MS_MAX + 1) }
    this.#trade = decodedTrade(nowMs)
  }

  /**
   * Takes a batch pair by pair: the state of a pair is then read from memory once for all of its trades. Rows of different pairs
   * are not in the order of time. @throws Disorder
   */
  take(batch: TradeColumns): void {
    this.#skip(batch)
    const run = this.#link(batch)
    for (const pair of this.#linked.splice(0)) {
      const first = this.#first[pair]!
      this.#first[pair] = NO_ROW
      this.#indexed(batch, pair).takeRun(run, first, this.#trade)
    }
  }

  /** Takes a batch trade by trade, so that windows close in the order of time. @throws Disorder */
  takeInOrder(batch: TradeColumns): void {
    this.#skip(batch)
    for (let row = 0; row < batch.length; row++)
      if (this.#isWanted(batch, row)) this.#indexed(batch, batch.pairs[row]!).take(fill(this.#trade, batch, row))
  }

  /** As in the ingestor, an id that is anywhere in the batch is no gap. */
  #skip({ skipped, lost, lostBefore }: TradeColumns): void {
    for (const pair of lost) this.#foldOf(pair).lose()
    for (const pair of lostBefore) this.#foldOf(pair).loseBefore()
    for (const { pair, trade_id } of skipped) this.#foldOf(pair).skip(trade_id)
  }

  /** Links the rows of each pair. */
  #link(batch: TradeColumns): TradeRun {
    const { length, pairs, ids, prices, qtys, times, sides } = batch
    if (this.#next.length < length) this.#next = new Int32Array(length)
    const next = this.#next
    for (let row = 0; row < length; row++) {
      if (!this.#isWanted(batch, row)) continue
      const pair = pairs[row]!
      if ((this.#first[pair] ?? NO_ROW) === NO_ROW) {
        this.#first[pair] = row
        this.#linked.push(pair)
      } else next[this.#last[pair]!] = row
      this.#last[pair] = row
      next[row] = NO_ROW
    }
    return { ids, prices, qtys, times, sides, next, written_ms: this.#o.nowMs }
  }

  /** Time of the last trade of all pairs, Unix ms. */
  get lastMs(): number {
    return Math.max(0, ...[...this.#pairs.values()].map(({ lastMs }) => lastMs))
  }

  /** Ends the input: closes windows that end by the time (Unix ms). */
  close(watermarkMs: number): void {
    for (const [pair, fold] of this.#pairs) {
      fold.close(watermarkMs, Math.max(this.#o.nowMs, watermarkMs))
      this.account.pair(pair).used = fold.used
    }
  }

  /** @returns how many trades are in open windows of the interval that is counted for their pair. */
  openTrades(counted: (pair: string) => string | undefined): number {
    const inProgress = [...this.#pairs.values()].flatMap(({ state }) => this.#candles.live!(state) as readonly Candle[])
    return inProgress.reduce(
      (sum, candle) => sum + (candle.interval === counted(candle.pair) ? candle.trade_count : 0),
      0,
    )
  }

  /** @returns whether the row's time is one of the wanted ones; accounts for it otherwise */
  #isWanted({ times, file, lines, pairs, pairIndex }: TradeColumns, row: number): boolean {
    const ms = times[row]!
    const { fromMs, beforeMs } = this.#wanted
    if (ms >= fromMs && ms < beforeMs) return true
    const reason = ms > this.#o.nowMs + FUTURE_MS_MAX ? 'future' : 'outside_time'
    this.account.leaveOut(pairIndex.names[pairs[row]!]!, reason, `${file}, line ${lines[row]}`)
    return false
  }

  #indexed({ pairIndex }: TradeColumns, index: number): PairFold {
    this.#byIndex[index] ??= this.#foldOf(pairIndex.names[index]!)
    return this.#byIndex[index]
  }

  #foldOf(pair: string): PairFold {
    const known = this.#pairs.get(pair)
    if (known) return known
    const count = (name: string, by = 1) => {
      this.counts[name] = (this.counts[name] ?? 0) + by
    }
    const state = this.#indicators.initial(pair)
    let isComplete = true
    const rows: Emit = { output: row => this.#o.onRow(pair, row as Row, isComplete), count }
    const output = (candle: object) => {
      isComplete = (candle as Candle).complete
      this.#indicators.processCandle(state, candle as Candle, rows)
    }
    const emit: Emit = { output, count }
    const fold = new PairFold({ pair, candles: this.#candles, emit, fromMs: this.#o.fromMs })
    this.#pairs.set(pair, fold)
    return fold
  }
}
