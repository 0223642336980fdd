import type { Row } from '@candlewick/dataset'
import type { IndicatorSet } from '@candlewick/indicators'
import type { Candle } from '@candlewick/market-data'
import type { Emit } from '@candlewick/streams/processor'
import { type CandlesOptions, candlesProcessor } from '../../services/candles/src/processor.ts'
import { technicalIndicatorsProcessor } from '../../services/technical-indicators/src/processor.ts'
import { Account } from './account.ts'
import { type FoldedTrade, PairFold } from './pair-fold.ts'
import type { TradeColumns } from './trade-columns.ts'

export interface FoldOptions {
  readonly candles: CandlesOptions
  readonly indicators: IndicatorSet
  /** Since when the source has all trades (Unix ms); undefined: since each pair's first one. */
  readonly fromMs: number | undefined
  /** When the trades are read (Unix ms): those that lie more than an hour later are refused, as live. */
  readonly nowMs: number
  /** Receives each feature row, of a pair and interval in the order of time. */
  onRow(pair: string, row: Row): void
}

/** Trades of many pairs → feature rows, by the processors of the services. */
export class Fold {
  readonly account = new Account()
  /** Things that the processors count, e.g. gaps, over all pairs. */
  readonly counts: Record<string, number> = {}
  readonly #o: FoldOptions
  readonly #candles
  readonly #indicators
  readonly #pairs = new Map<string, PairFold>()
  /** By the reader's index. */
  readonly #byIndex: PairFold[] = []
  readonly #trade: FoldedTrade
  #file = ''

  constructor(options: FoldOptions) {
    this.#o = options
    this.#candles = candlesProcessor(options.candles)
    this.#indicators = technicalIndicatorsProcessor(options.indicators)
    // Fields that begin as fractions are doubles for V8 from the beginning, and are changed in place.
    const doubles = { trade_id: 0.5, price: 0.5, qty: 0.5, timestamp_ms: 0.5, line: 0.5 }
    this.#trade = { ...doubles, buy: false, side: 0, written_ms: options.nowMs }
  }

  take(batch: TradeColumns): void {
    const { length, pairs, ids, sides, prices, qtys, times, lines, skipped } = batch
    const trade = this.#trade
    this.#file = batch.file
    let nextSkipped = 0
    for (let row = 0; row < length; row++) {
      while (nextSkipped < skipped.length && skipped[nextSkipped]!.row <= row) this.#skip(skipped[nextSkipped++]!)
      const side = sides[row]!
      trade.trade_id = ids[row]!
      trade.side = side
      trade.buy = side === 1
      trade.price = prices[row]!
      trade.qty = qtys[row]!
      trade.timestamp_ms = times[row]!
      trade.line = lines[row]!
      const fold = this.#byIndex[pairs[row]!] ?? this.#indexed(batch, pairs[row]!)
      fold.take(trade)
    }
    while (nextSkipped < skipped.length) this.#skip(skipped[nextSkipped++]!)
  }

  /** Nothing follows: what waits is folded. @returns the time of the last trade of all pairs (Unix ms) */
  settle(): number {
    let lastMs = 0
    for (const fold of this.#pairs.values()) lastMs = Math.max(lastMs, fold.settle())
    return lastMs
  }

  /** After {@link settle}: closes the windows that end by the time (Unix ms). */
  close(watermarkMs: number): void {
    for (const [pair, fold] of this.#pairs) {
      fold.close(watermarkMs, Math.max(this.#o.nowMs, watermarkMs))
      this.account.pair(pair).used = fold.used
    }
  }

  /** @returns how many trades lie in the interval's windows that have not closed. */
  openTrades(interval: string): number {
    const inProgress = [...this.#pairs.values()].flatMap(({ state }) => this.#candles.live!(state) as readonly Candle[])
    return inProgress.reduce((sum, candle) => sum + (candle.interval === interval ? candle.trade_count : 0), 0)
  }

  #skip({ pair, trade_id }: TradeColumns['skipped'][number]): void {
    this.#pairs.get(pair)?.skip(trade_id)
  }

  #indexed({ pairIndex }: TradeColumns, index: number): PairFold {
    const pair = pairIndex.names[index]!
    const fold = this.#pairs.get(pair) ?? this.#foldOf(pair)
    this.#pairs.set(pair, fold)
    this.#byIndex[index] = fold
    return fold
  }

  #foldOf(pair: string): PairFold {
    const count = (name: string, by = 1) => {
      this.counts[name] = (this.counts[name] ?? 0) + by
    }
    const state = this.#indicators.initial(pair)
    const rows: Emit = { output: row => this.#o.onRow(pair, row as Row), count }
    const emit: Emit = { output: candle => this.#indicators.processCandle(state, candle as Candle, rows), count }
    const leaveOut = (reason: string, line: number) =>
      this.account.leaveOut(pair, reason, `${this.#file}, line ${line}`)
    return new PairFold({ pair, candles: this.#candles, emit, fromMs: this.#o.fromMs, leaveOut })
  }
}
