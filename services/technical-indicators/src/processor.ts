import type { IndicatorSet, SetState } from '@candlewick/indicators'
import { Candle, type FeatureRow } from '@candlewick/market-data'
import { type Emit, type LogRecord, type Processor, Rejected } from '@candlewick/streams'
import * as z from 'zod'

/** One interval of a pair is a series of its own. */
interface Series {
  /** The last candle's start, Unix ms. */
  open_time_ms: number
  /** The last trade of its candles so far; null before one had a trade. */
  last_trade_id: number | null
  indicators: SetState
}

/** By interval. */
export type PairState = Record<string, Series>

const STATE_VERSION = 1

/** candles → feature rows: each final candle once, with the values of all the indicators after it. */
export function technicalIndicatorsProcessor(set: IndicatorSet): Processor<PairState> {
  return {
    stateVersion: STATE_VERSION,
    configHash: [...set.entries].sort().join(' '),
    initial: () => ({}),
    process: (state, record, emit) => addCandle(set, state, record, emit),
    // Candles say themselves whether they are complete; watermarks and gaps are for whoever folds trades.
    control() {},
    upgrade: state => adapted(state as PairState, set),
  }
}

function addCandle(set: IndicatorSet, state: PairState, record: LogRecord, emit: Emit): void {
  const candle = decode(record)
  const series = state[candle.interval]
  if (series && candle.open_time_ms <= series.open_time_ms) {
    if (candle.open_time_ms < series.open_time_ms)
      throw new Rejected('late', `the candle of ${candle.open_time_ms} comes after that of ${series.open_time_ms}`)
    emit.count('duplicates')
    return
  }
  const next: Series = series ?? { open_time_ms: 0, last_trade_id: null, indicators: set.initial() }
  if (isBroken(next, candle)) emit.count('broken_sequences')
  next.open_time_ms = candle.open_time_ms
  next.last_trade_id = candle.last_trade_id ?? next.last_trade_id
  state[candle.interval] = next
  const row: FeatureRow = { ...candle, ...set.update(next.indicators, candle) }
  emit.output(row)
}

/** Candles of a writer that marks nothing are split where its topic was repartitioned: trades seem to be missing. */
const isBroken = ({ last_trade_id }: Series, { first_trade_id }: Candle): boolean =>
  last_trade_id !== null && first_trade_id !== null && first_trade_id !== last_trade_id + 1

/** @throws Rejected('malformed') */
function decode({ value, key }: LogRecord): Candle {
  let json: unknown
  try {
    json = JSON.parse(String(value))
  } catch (error) {
    throw new Rejected('malformed', `the value is not JSON: ${(error as Error).message}`)
  }
  const parsed = Candle.safeParse(json)
  if (!parsed.success) throw new Rejected('malformed', z.prettifyError(parsed.error))
  if (parsed.data.pair !== key)
    throw new Rejected('malformed', `the candle is of ${parsed.data.pair}, the record's key is ${key}`)
  return parsed.data
}

const adapted = (state: PairState, set: IndicatorSet): PairState =>
  Object.fromEntries(
    Object.entries(state).map(([interval, series]) => [
      interval,
      { ...series, indicators: set.adapt(series.indicators) },
    ]),
  )
