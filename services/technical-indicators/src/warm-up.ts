import type { IndicatorSet } from '@candlewick/indicators'
import { type Candle, inOrder } from '@candlewick/market-data'
import { type LogRecord, Rejected, type WarmUp } from '@candlewick/streams/processor'
import { contentOf } from './content.ts'
import { candlesAsOf, countBorrowed, keepInAll, onlyThose, othersAtBegin } from './other-intervals.ts'
import { parseCandle } from './parse-candle.ts'
import { countOwn, isHole, type PairState, placeOf, type Series, type Warming } from './state.ts'

/** @returns the state for these indicators. Indicators that stay keep their state, new indicators need warm-up, others are dropped. */
export function withIndicators({ pair, series }: PairState, indicators: IndicatorSet): PairState {
  const adapted = Object.entries(series).map(([interval, { warming: _, others, ...old }]): [string, Series] => {
    const kept = indicators.keep(old.indicators)
    const added = indicators.missing(kept)
    const warming = { indicators: added.initial(), open_time_ms: null }
    const looked = onlyThose(others, indicators.intervals)
    const needed = { ...(looked && { others: looked }), ...(added.entries.length > 0 && { warming }) }
    return [interval, { ...old, indicators: kept, ...needed }]
  })
  return { pair, series: Object.fromEntries(adapted) }
}

/** @returns the state without its indicators, which this version cannot read. Only the position of each series is kept. */
export function withoutIndicators({ pair, series }: PairState): PairState {
  const emptied = Object.entries(series).map(([interval, { open_time_ms, bar, last_trade_id }]): [string, Series] => [
    interval,
    { indicators: {}, open_time_ms, ...(bar !== undefined && { bar }), last_trade_id },
  ])
  return { pair, series: Object.fromEntries(emptied) }
}

/**
 * Gives new indicators the candles that the other indicators have already processed, without publishing anything. They then have
 * the values that they would have if they had existed since the oldest retained candle.
 */
export function warmUp(indicators: IndicatorSet): WarmUp<PairState> {
  const addedTo = memoised(indicators)
  return {
    isNeeded: ({ series }) => Object.values(series).some(({ warming }) => warming !== undefined),
    take({ pair, series }, record) {
      const candle = acceptable(record, pair)
      if (!candle) return
      const { interval, open_time_ms } = candle
      const known = series[interval]
      if (!known?.warming) return
      const { warming } = known
      if (contradicts(warming, candle)) warming.borrowed = 0
      if (!follows(known, candle)) return
      const looksElsewhere = indicators.intervals.length > 0
      const begun = looksElsewhere ? begunIn(series) : {}
      if (looksElsewhere) warming.others ??= othersAtBegin(begun, indicators.intervals)
      const others = candlesAsOf(open_time_ms, indicators.intervals, warming.others)
      const added = addedTo(known)
      if (hasHole(warming, candle)) Object.assign(warming, { indicators: added.initial(), own: 0 })
      Object.assign(warming, placeOf(candle), { content: contentOf(candle) })
      warming.last_trade_id = candle.last_trade_id ?? warming.last_trade_id ?? null
      countOwn(warming, candle, indicators.warmup)
      countBorrowed(warming, others, indicators.warmup)
      added.update(warming.indicators, candle, others)
      if (indicators.intervals.includes(interval)) keepInAll({ ...begun, [interval]: warming }, candle)
    },
    end({ series }) {
      for (const one of Object.values(series)) {
        const { warming } = one
        Object.assign(one.indicators, warming?.indicators)
        if (warming?.own !== undefined) one.own = warming.own
        if (warming?.borrowed !== undefined) one.borrowed = warming.borrowed
        if (warming?.others !== undefined) one.others = warming.others
        delete one.warming
      }
    },
  }
}

/** @returns the series that began before the processed candle. A series that begins later would not have kept it in normal operation either. */
const begunIn = (series: PairState['series']): Record<string, Warming> =>
  Object.fromEntries(
    Object.entries(series).flatMap(([interval, { warming }]): [string, Warming][] =>
      warming && warming.open_time_ms !== null ? [[interval, warming]] : [],
    ),
  )

const hasHole = ({ open_time_ms, last_trade_id = null, ...place }: Warming, candle: Candle): boolean =>
  open_time_ms !== null && isHole({ ...place, open_time_ms, last_trade_id }, candle)

/** @returns a function that finds the new indicators of a series. It caches them, because most series have the same list. */
function memoised(indicators: IndicatorSet): (series: Series) => IndicatorSet {
  const known = new Map<string, IndicatorSet>()
  return series => {
    const names = Object.keys(series.indicators).join(',')
    const added = known.get(names) ?? indicators.missing(series.indicators)
    known.set(names, added)
    return added
  }
}

/** @returns the candle; undefined for a record that was rejected when it was processed. */
function acceptable(record: LogRecord, pair: string): Candle | undefined {
  try {
    return parseCandle(record, pair)
  } catch (error) {
    if (error instanceof Rejected) return undefined
    throw error
  }
}

/** @returns whether the candle repeats the newest one with other values. */
const contradicts = ({ open_time_ms, bar, content }: Warming, candle: Candle): boolean =>
  open_time_ms !== null && inOrder(candle, { open_time_ms, bar }) === 0 && content !== contentOf(candle)

/** @returns whether the candle is the next one. Late candles and duplicates are left out as before, and candles newer than the series' newest are processed later. */
const follows = (series: Series, candle: Candle): boolean => {
  const { open_time_ms = null, bar } = series.warming ?? {}
  const isNew = open_time_ms === null || inOrder(candle, { open_time_ms, bar }) > 0
  return isNew && inOrder(candle, series) <= 0
}
