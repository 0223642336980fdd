import type { IndicatorSet } from '@candlewick/indicators'
import { type Candle, inOrder } from '@candlewick/market-data'
import type { Mistakes } from '@candlewick/own-features'
import { type Emit, type LogRecord, type Processor, Rejected } from '@candlewick/streams/processor'
import { contentOf } from './content.ts'
import { candlesAsOf, countBorrowed, doubtInAll, keepInAll, NO_CANDLES, othersAtBegin } from './other-intervals.ts'
import { parseCandle } from './parse-candle.ts'
import { countOwn, isHole, type PairState, placeOf, type Series } from './state.ts'
import { warmUp, withIndicators, withoutIndicators } from './warm-up.ts'

export interface TechnicalIndicatorsProcessor extends Processor<PairState> {
  /** {@link Processor.process} for a candle of the state's pair that is decoded and valid. @throws Rejected */
  processCandle(state: PairState, candle: Candle, emit: Emit): void
}

/**
 * Makes feature rows from final candles: every field of the candle, and the indicators' values. Each interval of a pair is a
 * series of its own. After a hole a series starts again: values are null until they are warm, and rows have `complete: false`
 * until all values are warm.
 * @param mistakes of users' features among the indicators
 */
export function technicalIndicatorsProcessor(
  indicators: IndicatorSet,
  mistakes?: Pick<Mistakes, 'take'>,
): TechnicalIndicatorsProcessor {
  const looksElsewhere = indicators.intervals.length > 0

  function process(state: PairState, record: LogRecord, emit: Emit): void {
    processCandle(state, parseCandle(record, state.pair), emit)
  }

  function processCandle({ pair, series }: PairState, candle: Candle, emit: Emit): void {
    const known = series[candle.interval]
    if (known && isDuplicate(known, candle)) {
      emit.count('duplicates')
      if (known.content !== undefined && known.content !== contentOf(candle)) contradict(series, candle, emit)
      return
    }
    const { last_trade_id, interval } = candle
    if (known && breaksSequence(known, candle)) emit.count('broken_sequences')
    const restarts = known !== undefined && isHole(known, candle)
    if (restarts) emit.count(`series_restarted:${pair} ${interval}`)
    const state = restarts || !known ? indicators.initial() : known.indicators
    const newest = last_trade_id ?? known?.last_trade_id ?? null
    const next: Series = Object.assign(known ?? { indicators: state }, placeOf(candle), {
      last_trade_id: newest,
      content: contentOf(candle),
    })
    if (restarts) Object.assign(next, { indicators: state, own: 0 })
    countOwn(next, candle, indicators.warmup)
    if (looksElsewhere) next.others ??= othersAtBegin(series, indicators.intervals)
    const others = looksElsewhere ? candlesAsOf(candle.open_time_ms, indicators.intervals, next.others) : NO_CANDLES
    countBorrowed(next, others, indicators.warmup)
    const isOwn = next.own === undefined && next.borrowed === undefined
    const row = isOwn ? candle : { ...candle, complete: false }
    emit.output({ ...row, ...indicators.update(state, candle, others) })
    const counts = mistakes?.take()
    if (counts) for (const [name, by] of counts) emit.count(`feature_mistakes:${name}`, by)
    series[interval] = next
    if (looksElsewhere && indicators.intervals.includes(interval)) keepInAll(series, candle)
  }

  return {
    stateVersion: 2,
    configHash: indicators.entries.join(','),
    initial: pair => ({ pair, series: {} }),
    process,
    processCandle,
    seenMs: ({ series }) => Math.max(0, ...Object.values(series).map(({ open_time_ms }) => open_time_ms)),
    dueMs: row => (row as Candle).close_time_ms,
    control(_state, kind) {
      if (kind !== 'arrive') throw new Rejected('malformed', `control record of unknown kind ${kind}`)
    },
    // In version 1 averages and patterns had states in another format, so all indicators are warmed up again.
    upgrade: state => withIndicators(withoutIndicators(state as PairState), indicators),
    reconfigure: state => withIndicators(state, indicators),
    warmUp: warmUp(indicators),
  }
}

/** One of two candles of a window is wrong, maybe the published one: rows are incomplete as long as it affects their values. */
function contradict(series: PairState['series'], candle: Candle, emit: Emit): void {
  const { pair, interval } = candle
  emit.count(`contradictions:${pair} ${interval}`)
  series[interval]!.borrowed = 0
  doubtInAll(series, candle)
}

/** @returns whether the candle repeats the newest one. @throws Rejected('late') for a candle before the newest one */
function isDuplicate(series: Series, candle: Candle): boolean {
  const { interval, open_time_ms } = candle
  const order = inOrder(candle, series)
  if (order >= 0) return order === 0
  throw new Rejected(
    'late',
    `open_time_ms ${open_time_ms}: the ${interval} candle of ${series.open_time_ms} has been read already`,
  )
}

/** @returns whether trades are missing between the candle and the last one with trades, because a window was split or lost. */
const breaksSequence = (series: Series, { first_trade_id }: Candle): boolean =>
  first_trade_id !== null && series.last_trade_id !== null && first_trade_id !== series.last_trade_id + 1
