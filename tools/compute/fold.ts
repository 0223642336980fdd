import type { Row } from '@candlewick/dataset'
import type { IndicatorSet } from '@candlewick/indicators'
import type { Candle } from '@candlewick/market-data'
import type { Mistakes } from '@candlewick/own-features'
import type { Emit } from '@candlewick/streams/processor'
import { type CandlesOptions, candlesProcessor } from '../../services/candles/src/processor.ts'
import type { DecodedTrade } from '../../services/candles/src/trade-decoder.ts'
import { technicalIndicatorsProcessor } from '../../services/technical-indicators/src/processor.ts'
import { Account } from './account.ts'
import { PairFold } from './pair-fold.ts'
import { BOUGHT, type TradeColumns } from './trade-columns.ts'

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
   * Receives each feature row, of a pair and interval in the order of time, and whether its candle is complete: a row may be
   * incomplete by what indicators have seen of other candles.
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
  readonly #trade: DecodedTrade
  /** Times outside of these are left out. */
  readonly #wanted: { readonly fromMs: number; readonly beforeMs: number }

  constructor(options: FoldOptions) {
    const { candles, indicators, fromMs = 0, toMs = Number.POSITIVE_INFINITY, nowMs } = options
    this.#o = options
    this.#candles = candlesProcessor(candles)
    this.#indicators = technicalIndicatorsProcessor(indicators, options.mistakes)
    this.#wanted = { fromMs, beforeMs: Math.min(toMs, nowMs + FUTURE_MS_MAX + 1) }
    // Fields that start as fractions are doubles for V8 from the start, and are changed in place.
    this.#trade = { trade_id: 0.5, price: 0.5, qty: 0.5, timestamp_ms: 0.5, buy: false, written_ms: nowMs }
  }

  /** @throws Disorder */
  take(batch: TradeColumns): void {
    const { length, pairs, ids, sides, prices, qtys, times, skipped } = batch
    const { fromMs, beforeMs } = this.#wanted
    const trade = this.#trade
    // As in the ingestor, an id that is anywhere in the batch is no gap.
    for (const { pair, trade_id } of skipped) this.#foldOf(pair).skip(trade_id)
    for (let row = 0; row < length; row++) {
      const ms = times[row]!
      if (ms < fromMs || ms >= beforeMs) {
        this.#leaveOut(batch, row)
        continue
      }
      trade.trade_id = ids[row]!
      trade.buy = sides[row] === BOUGHT
      trade.price = prices[row]!
      trade.qty = qtys[row]!
      trade.timestamp_ms = ms
      const fold = this.#byIndex[pairs[row]!] ?? this.#indexed(batch, pairs[row]!)
      fold.take(trade)
    }
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

  /** @returns how many trades lie in open windows of the interval that is counted for their pair. */
  openTrades(counted: (pair: string) => string | undefined): number {
    const inProgress = [...this.#pairs.values()].flatMap(({ state }) => this.#candles.live!(state) as readonly Candle[])
    return inProgress.reduce(
      (sum, candle) => sum + (candle.interval === counted(candle.pair) ? candle.trade_count : 0),
      0,
    )
  }

  #leaveOut({ file, lines, pairs, pairIndex, times }: TradeColumns, row: number): void {
    const reason = times[row]! > this.#o.nowMs + FUTURE_MS_MAX ? 'future' : 'outside_time'
    this.account.leaveOut(pairIndex.names[pairs[row]!]!, reason, `${file}, line ${lines[row]}`)
  }

  #indexed({ pairIndex }: TradeColumns, index: number): PairFold {
    const fold = this.#foldOf(pairIndex.names[index]!)
    this.#byIndex[index] = fold
    return fold
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
