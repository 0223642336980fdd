import { Birth, type Candle, Gap, Watermark, windowStart } from '@candlewick/market-data'
import { type Emit, type LogRecord, type Processor, Rejected } from '@candlewick/streams'
import * as z from 'zod'
import { countId, isCounted, lastId } from './counted-ids.ts'
import { addTrade } from './fold.ts'
import { initialState, type PairState, withIntervals } from './pair-state.ts'
import { type DecodedTrade, TradeDecoder } from './trade-decoder.ts'
import { closeUntil, forgetGaps, inProgress, type Windows, windowsOf } from './windows.ts'

export interface CandlesOptions {
  readonly intervals: readonly string[]
  /** Whether a window without trades gives a flat candle or none. */
  readonly emptyCandles: 'flat' | 'skip'
}

/** A trade or watermark this far ahead of its record must not close all the windows in between. */
const FUTURE_MS = 3_600_000
/** More gaps than this are one. */
const MOST_GAPS = 100
const STATE_VERSION = 1

/** What the state depends on, with the intervals in it so that another list of them can take it over. */
const configHash = ({ intervals }: CandlesOptions): string => [...intervals].sort().join(',')

/** trades → candles. State is of one pair; the log's records alone decide what is in a candle and when it is final. */
export function candlesProcessor(options: CandlesOptions): Processor<PairState & { pair: string }> {
  const { intervals } = options
  const windows = windowsOf(intervals, initialState(intervals).base_ms, options.emptyCandles)
  return {
    stateVersion: STATE_VERSION,
    configHash: configHash(options),
    initial: pair => ({ pair, ...initialState(intervals) }),
    process: processTrade(windows, new TradeDecoder()),
    control(state, kind, value, emit, timestamp) {
      if (kind === 'watermark') pass(windows, state, checked(Watermark, value).watermark_ms, emit, timestamp)
      else if (kind === 'gap') addGap(state, checked(Gap, value), emit)
      else if (kind === 'arrive') state.complete_from_ms = checked(Birth, value).complete_from_ms ?? null
      else emit.count('controls_ignored')
    },
    live: state => inProgress(windows, state.pair, state),
    closesAt: state => (state.open_ms === null ? null : state.open_ms + windows.baseMs),
    upgrade: state => {
      const old = state as PairState & { pair: string }
      return { pair: old.pair, ...withIntervals(old, intervals) }
    },
  }
}

function processTrade(windows: Windows, decoder: TradeDecoder) {
  return (state: PairState & { pair: string }, record: LogRecord, emit: Emit): void => {
    const trade = decoder.decode(record.value, state.pair)
    if (!isNew(state, trade, record.timestamp)) {
      emit.count('duplicates')
      return
    }
    const { trade_id, timestamp_ms, price, qty, buy } = trade
    state.open_ms ??= windowStart(timestamp_ms, windows.baseMs)
    if (timestamp_ms >= state.open_ms + windows.baseMs) close(windows, state, timestamp_ms, emit)
    addTrade(state.base, trade_id, price, qty, buy)
    countId(state.ids, trade_id)
  }
}

/** @returns false for a trade that was counted. @throws Rejected for one that cannot be counted any more */
function isNew(state: PairState, { trade_id, timestamp_ms }: DecodedTrade, writtenMs: number): boolean {
  if (timestamp_ms > writtenMs + FUTURE_MS)
    throw new Rejected('future', `timestamp_ms ${timestamp_ms} is more than an hour after the record was written`)
  const newest = lastId(state.ids)
  if (trade_id <= newest && isCounted(state.ids, trade_id)) return false
  if (state.open_ms !== null && timestamp_ms < state.open_ms)
    throw new Rejected(
      'late',
      `timestamp_ms ${timestamp_ms} is before the open window, which starts at ${state.open_ms}`,
    )
  if (trade_id <= newest)
    throw new Rejected('stale_id', `trade_id ${trade_id} is not above ${newest}, and may have been counted`)
  return true
}

function pass(
  windows: Windows,
  state: PairState & { pair: string },
  watermarkMs: number,
  emit: Emit,
  writtenMs: number,
): void {
  if (watermarkMs > writtenMs + FUTURE_MS)
    throw new Rejected('future', `watermark_ms ${watermarkMs} is more than an hour after the record was written`)
  close(windows, state, watermarkMs, emit)
}

function close(windows: Windows, state: PairState & { pair: string }, timeMs: number, emit: Emit): void {
  closeUntil(windows, state.pair, state, timeMs, (candle: Candle) => emit.output(candle))
  forgetGaps(windows, state)
}

function addGap(state: PairState, { from_ms, to_ms }: Gap, emit: Emit): void {
  emit.count('gaps')
  if (state.open_ms !== null && from_ms < state.open_ms) emit.count('gaps_in_closed_windows')
  const [oldest] = state.gaps
  if (oldest && state.gaps.length >= MOST_GAPS) oldest.to_ms = Math.max(oldest.to_ms, to_ms)
  else state.gaps.push({ from_ms, to_ms })
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new Rejected('malformed', `control record: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
