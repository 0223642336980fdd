import type { SimulatedExchange } from '@candlewick/exchanges'
import { parseIndicators } from '@candlewick/indicators'
import { Candle, isBar } from '@candlewick/market-data'
import { rowSeries } from '../reference/rows.ts'
import { BarsJudge } from './bars-judge.ts'
import { Delays } from './delays.ts'
import type { Take } from './observer.ts'
import type { Problems } from './problems.ts'
import { Reference } from './reference.ts'
import { SeriesJudge } from './series-judge.ts'
import { BARS, INDICATORS, INTERVALS, LIQUID, PAIRS } from './settings.ts'
import { TradesJudge } from './trades-judge.ts'

/** Compares all published records with the exchange's list of trades when they arrive. */
export class Judge {
  readonly trades: TradesJudge
  readonly candles: SeriesJudge
  readonly rows: SeriesJudge
  readonly bars: BarsJudge
  readonly barRows: BarsJudge
  readonly delays = new Delays()
  readonly #problems: Problems
  candleMoves = 0
  handovers = 0

  constructor(exchange: SimulatedExchange, problems: Problems) {
    this.#problems = problems
    const reference = new Reference(exchange, INTERVALS)
    const candle = (pair: string, interval: string) => (open: number) => reference.candle(pair, interval, open)
    const set = parseIndicators(INDICATORS)
    const row = (pair: string, interval: string) => {
      const next = rowSeries(set)
      return (open: number) => next(reference.candle(pair, interval, open))
    }
    this.candles = new SeriesJudge('candle', reference, candle, problems)
    this.rows = new SeriesJudge('row', reference, row, problems)
    this.bars = new BarsJudge('bar', reference, () => bar => bar, problems)
    this.barRows = new BarsJudge('bar row', reference, () => rowSeries(set), problems)
    this.trades = new TradesJudge(reference, problems, pair => {
      this.candles.begin(pair, INTERVALS)
      this.rows.begin(pair, INTERVALS)
      this.bars.begin(pair, BARS)
      this.barRows.begin(pair, BARS)
    })
  }

  readonly takeTrade: Take = (record, partition) => this.trades.take(record, partition)

  readonly takeCandle: Take = record => {
    if (record.headers?.control === 'move') this.candleMoves++
    if (record.headers?.control !== undefined) return
    const candle = Candle.parse(JSON.parse(String(record.value)))
    const { pair, interval, close_time_ms } = candle
    if (interval === INTERVALS[0] && LIQUID.includes(pair)) this.delays.note(pair, close_time_ms, Date.now())
    if (isBar(interval)) this.bars.take(candle)
    else this.candles.take(candle)
  }

  readonly takeRow: Take = record => {
    if (record.headers?.control !== undefined) return
    const row = JSON.parse(String(record.value)) as Candle
    if (isBar(row.interval)) this.barRows.take(row)
    else this.rows.take(row)
  }

  readonly takeHandover: Take = record => {
    if (record.headers?.control === 'handover') this.handovers++
  }

  readonly takeDeadLetter: Take = ({ value, headers = {} }) => {
    const { source_topic, source_partition, source_offset, reason, detail } = headers
    const at = `${source_topic}/${source_partition}@${source_offset}`
    this.#problems.add('dead letters', `${at} for being ${reason} (${detail}): ${value}`)
  }

  /** @returns how many outputs due at the given time (Unix ms) have not arrived yet */
  missing(untilMs: number): number {
    const pairs = PAIRS.length - this.trades.pairs
    const judges = [this.trades, this.candles, this.rows, this.bars, this.barRows]
    return judges.reduce((sum, judge) => sum + judge.missing(untilMs), pairs)
  }

  /** Ends the comparison: outputs that have not arrived are missing. */
  finish(untilMs: number): void {
    if (this.trades.pairs < PAIRS.length) this.#problems.add('trades lost', 'some pairs never began')
    this.trades.missing(untilMs, true)
    this.candles.finish(untilMs)
    this.rows.finish(untilMs)
    this.bars.finish(untilMs)
    this.barRows.finish(untilMs)
  }
}
