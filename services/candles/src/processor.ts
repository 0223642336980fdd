import { Birth, type Candle, Gap, Watermark, windowStart } from '@candlewick/market-data'
import { type Emit, type LogRecord, type Processor, Rejected } from '@candlewick/streams'
import { checked } from './checked.ts'
import { addTrade } from './fold.ts'
import { intervalsOf } from './intervals.ts'
import { inProgress } from './live.ts'
import { changeIntervals, initialState, type PairState } from './pair-state.ts'
import { addRange, contains } from './ranges.ts'
import { TradeDecoder } from './trade-decoder.ts'
import type { DecodedTrade } from './trade-rows.ts'
import { closeUntil, type EmptyCandles } from './windows.ts'

export interface CandlesOptions {
  /** Names such as `1m`; all of them are rolled up from their greatest common divisor. */
  readonly intervals: readonly string[]
  /** Whether a window without trades gives a flat candle or none. */
  readonly emptyCandles: EmptyCandles
}

/** An event may lie so far ahead of the time its record was written: one bad clock must not close a century. */
const FUTURE_MAX_MS = 3_600_000
/** Beyond so many the oldest are forgotten: ids of a source that counts them over all its pairs are never adjacent. */
const ID_RANGES_MAX = 100
/** Beyond so many the oldest become one, with what lies between. */
const GAPS_MAX = 32

/** Trades → candles. */
export function candlesProcessor({ intervals, emptyCandles }: CandlesOptions): Processor<PairState> {
  const config = intervalsOf(intervals)
  const decoder = new TradeDecoder()

  const process = (state: PairState, record: LogRecord, emit: Emit) =>
    addToWindows(state, decoder.decode(record, state.pair), emit)

  function addToWindows(state: PairState, trade: DecodedTrade, emit: Emit): void {
    const { trade_id, timestamp_ms } = trade
    if (isDuplicate(state, trade)) {
      emit.count('duplicates')
      return
    }
    if (state.open_ms === null) state.open_ms = windowStart(timestamp_ms, config.baseMs)
    else if (timestamp_ms >= state.open_ms + config.baseMs) closeUntil(state, timestamp_ms, config, emptyCandles, emit)
    // Before the first of the trades, and of those after some that were missed, others may be missing.
    state.complete_from_ms ??= state.open_ms + config.baseMs
    if (timestamp_ms > state.seen_ms) state.seen_ms = timestamp_ms
    state.lag_ms = Math.max(0, trade.written_ms - timestamp_ms)
    addRange(state.counted, trade_id, trade_id)
    if (state.counted.length > 2 * ID_RANGES_MAX) state.counted.splice(0, 2)
    addTrade(state.base, trade)
  }

  function control(state: PairState, kind: string, value: unknown, emit: Emit, writtenMs: number): void {
    if (kind === 'watermark') {
      const { watermark_ms } = checked(Watermark, value)
      refuseFuture('watermark_ms', watermark_ms, writtenMs)
      if (state.open_ms === null) return
      closeUntil(state, watermark_ms, config, emptyCandles, emit)
      state.seen_ms = Math.max(state.seen_ms, watermark_ms)
    } else if (kind === 'gap') noteGap(state, checked(Gap, value), emit)
    else if (kind === 'arrive') state.complete_from_ms = checked(Birth, value).complete_from_ms ?? null
    else throw new Rejected('malformed', `control record of unknown kind ${kind}`)
  }

  return {
    stateVersion: 2,
    configHash: [...config.all.map(({ name }) => name), emptyCandles].join(','),
    initial: pair => initialState(pair, config.baseMs, config.all),
    process,
    prepare: (record, slot) => decoder.prepare(record, slot),
    processPrepared: (state, slot, emit) => addToWindows(state, decoder.prepared(slot), emit),
    control,
    missed(state) {
      state.complete_from_ms = null
    },
    dueMs: candle => (candle as Candle).close_time_ms,
    nextDueMs: state => (hasOpenWindow(state, emptyCandles) ? state.open_ms! + config.baseMs + state.lag_ms : null),
    live: state => inProgress(state, config, emptyCandles),
    idleWatermark(state, wallMs) {
      // What is written about the past is as far behind the clock while nothing comes as it was before.
      const watermark = windowStart(wallMs - state.lag_ms, config.baseMs)
      return hasOpenWindow(state, emptyCandles) && watermark > state.open_ms! ? watermark : null
    },
    // Version 1 has an empty fold where there is none now.
    upgrade: state => state,
    reconfigure: state => changeIntervals(state, config.baseMs, config.all),
  }
}

/** @returns whether the trade was counted before. @throws Rejected where it may not be counted now. */
function isDuplicate({ counted, open_ms }: PairState, trade: DecodedTrade): boolean {
  const { trade_id, timestamp_ms, written_ms } = trade
  refuseFuture('timestamp_ms', timestamp_ms, written_ms)
  const isOld = counted.length > 0 && trade_id <= counted[counted.length - 1]!
  if (isOld && contains(counted, trade_id)) return true
  if (open_ms !== null && timestamp_ms < open_ms)
    throw new Rejected('late', `timestamp_ms ${timestamp_ms}: the windows before ${open_ms} are closed`)
  // Ids between the ranges are known not to have been counted: they only come out of order.
  if (isOld && trade_id < counted[0]!)
    throw new Rejected('stale_id', `trade_id ${trade_id}: whether ids before ${counted[0]} were counted is not known`)
  return false
}

function refuseFuture(field: string, ms: number, writtenMs: number): void {
  if (ms > writtenMs + FUTURE_MAX_MS)
    throw new Rejected('future', `${field} ${ms} is more than an hour after the record was written, ${writtenMs}`)
}

function noteGap({ gaps }: PairState, { from_ms, to_ms }: Gap, emit: Emit): void {
  if (to_ms <= from_ms) throw new Rejected('malformed', `to_ms ${to_ms} is not after from_ms ${from_ms}`)
  emit.count('gaps')
  addRange(gaps, from_ms, to_ms - 1)
  if (gaps.length > 2 * GAPS_MAX) gaps.splice(1, 2)
}

function hasOpenWindow({ open_ms, base, parts }: PairState, emptyCandles: EmptyCandles): boolean {
  if (open_ms === null || emptyCandles === 'flat') return open_ms !== null
  return base.trade_count > 0 || Object.values(parts).some(({ fold }) => fold !== null && fold.trade_count > 0)
}
