import { type BarsByPair, Birth, type Candle, Gap, Seed, Watermark, windowStart } from '@candlewick/market-data'
import { checked, type Emit, type LogRecord, type Processor, Rejected } from '@candlewick/streams/processor'
import { barConfig } from './bar-config.ts'
import { addToBars, breakBars, breakBarsWith } from './bars.ts'
import { doubtUntil, noteDoubtfulId, noteGap, noteJump, noteMissingTrade, noteMissingTrades } from './completeness.ts'
import { compareRepetition } from './contradiction.ts'
import { addId, isCounted, oldestKnown } from './counted-ids.ts'
import { doubtPrice, doubtPriceOf } from './flat-price.ts'
import { intervalsOf } from './intervals.ts'
import { inProgress } from './live.ts'
import { addTrade, IDS_TO, LAG_MS, OPEN_MS, SEEN_MS, TRADE_COUNT } from './open-window.ts'
import { changeIntervals, initialState, type PairState } from './pair-state.ts'
import { takeSeed } from './seed.ts'
import { type DecodedTrade, TradeDecoder } from './trade-decoder.ts'
import { addRun, NO_ROW, type TradeRun } from './trade-run.ts'
import { fromVersion2, type PairState2 } from './version-2.ts'
import { fromVersion3, type PairState3 } from './version-3.ts'
import { closeUntil, type EmptyCandles } from './windows.ts'

export interface CandlesOptions {
  /** Names of intervals of time such as `1m`, which are rolled up from their greatest common divisor, and of bars such as `tick:500`. */
  readonly intervals: readonly string[]
  /** Thresholds of bars that differ by pair. */
  readonly bars?: BarsByPair | undefined
  /** Whether a window without trades gives a flat candle or none. */
  readonly emptyCandles: EmptyCandles
}

/** How far a trade's or watermark's time may be ahead of the time at which its record was written. Otherwise one bad clock could close years of windows. */
const FUTURE_MAX_MS = 3_600_000
/** Control records that can make windows incomplete. If one of them is lost, windows could be wrongly complete. A lost watermark or seed only costs candles. */
const MAKES_COMPLETE: ReadonlySet<string> = new Set(['arrive', 'gap'])

export interface CandlesProcessor extends Processor<PairState> {
  /** {@link Processor.process} for a trade of the state's pair that is decoded and valid. @throws Rejected */
  processTrade(state: PairState, trade: DecodedTrade, emit: Emit): void
  /**
   * {@link processTrade} for the first trades of a run, as long as they only have to be added to the open window.
   * @param first row of the run's first trade
   * @returns the row of the last trade that was processed; `NO_ROW` if there is none
   */
  processRun(state: PairState, run: TradeRun, first: number): number
}

/** @returns the processor that makes candles from trades. README.md says when a window closes, and what `complete` means. */
export function candlesProcessor(options: CandlesOptions): CandlesProcessor {
  const config = intervalsOf(options.intervals)
  const { specs, hash, namesOf } = barConfig(options)
  const hasClock = config.all.length > 0
  // Without intervals of time the base windows only show which trades are late, and flat windows are not needed.
  const emptyCandles = hasClock ? options.emptyCandles : 'skip'
  const configOf = (pair: string) => ({ ...config, bars: namesOf(pair) })
  const decoder = new TradeDecoder()

  function process(state: PairState, record: LogRecord, emit: Emit): void {
    processTrade(state, decoder.decode(record, state.pair), emit)
  }

  function processTrade(state: PairState, trade: DecodedTrade, emit: Emit): void {
    if (isDuplicate(state, trade)) {
      takeDuplicate(state, trade, emit)
      return
    }
    const { timestamp_ms } = trade
    const { window } = state
    if (state.by_ids === true && trade.trade_id !== window[IDS_TO]! + 1) noteJump(state, trade, config.baseMs, emit)
    if (window[OPEN_MS] === 0) window[OPEN_MS] = windowStart(timestamp_ms, config.baseMs)
    else if (timestamp_ms >= window[OPEN_MS]! + config.baseMs)
      closeUntil(state, timestamp_ms, config, emptyCandles, emit)
    // Trades may be missing before a pair's first trade, and before its first trade after missed records.
    state.complete_from_ms ??= window[OPEN_MS]! + config.baseMs
    if (timestamp_ms > window[SEEN_MS]!) window[SEEN_MS] = timestamp_ms
    window[LAG_MS] = Math.max(0, trade.written_ms - timestamp_ms)
    if (addId(state, trade)) emit.count('id_ranges_forgotten')
    addTrade(window, trade)
    if (specs !== null) addToBars(state, trade, specs, emit)
  }

  function processRun(state: PairState, run: TradeRun, first: number): number {
    const { window, complete_from_ms } = state
    if (specs !== null || complete_from_ms === null || window[TRADE_COUNT] === 0) return NO_ROW
    return addRun(window, run, first, config.baseMs)
  }

  /** Drops a trade with a counted id. If it is, or may be, another trade than the counted one, either of the two may be wrong. */
  function takeDuplicate(state: PairState, trade: DecodedTrade, emit: Emit): void {
    emit.count('duplicates')
    const repetition = compareRepetition(state, trade)
    if (repetition === 'same') return
    noteMissingTrade(state, trade.timestamp_ms, config)
    noteDoubtfulId(state, trade.trade_id, config)
    doubtPriceOf(state, trade)
    if (repetition === 'other') breakBars(state)
    else breakBarsWith(state, trade.trade_id)
    emit.count(`${repetition === 'other' ? 'contradictions' : 'duplicates_not_compared'}:${state.pair}`)
  }

  /** Notes a record that went to the dead letters. If it is a trade, or may be one, its windows are incomplete. */
  function missed(state: PairState, record?: LogRecord): void {
    const kind = record?.headers?.control
    if (record?.value === null && kind === undefined) return
    if (kind !== undefined && !MAKES_COMPLETE.has(kind)) return
    breakBars(state)
    const trade = record && kind === undefined ? tradeOf(record, state.pair) : undefined
    if (trade === undefined) noteMissingTrades(state)
    else {
      noteMissingTrade(state, trade.timestamp_ms, config)
      doubtPriceOf(state, trade)
    }
  }

  /** @returns the trade; undefined if the record is no valid trade, or its time is in the future. */
  function tradeOf(record: LogRecord, pair: string): DecodedTrade | undefined {
    try {
      const trade = decoder.decode(record, pair)
      return trade.timestamp_ms > trade.written_ms + FUTURE_MAX_MS ? undefined : trade
    } catch {
      return undefined
    }
  }

  function control(state: PairState, kind: string, value: unknown, emit: Emit, writtenMs: number): void {
    if (kind === 'watermark') {
      const { watermark_ms, idle } = checked(Watermark, value)
      refuseFuture('watermark_ms', watermark_ms, writtenMs)
      const { window } = state
      if (window[OPEN_MS] === 0) return
      if (idle) doubtUntil(state, windowStart(watermark_ms, config.baseMs))
      closeUntil(state, watermark_ms, config, emptyCandles, emit)
      window[SEEN_MS] = Math.max(window[SEEN_MS]!, watermark_ms)
    } else if (kind === 'seed') {
      const candle = takeSeed(state, checked(Seed, value), config, writtenMs)
      if (candle && (candle.volume > 0 || emptyCandles === 'flat')) emit.output(candle)
    } else if (kind === 'gap') {
      noteGap(state, checked(Gap, value), emit)
      breakBars(state)
    } else if (kind === 'arrive') {
      const { complete_from_ms: fromMs = null } = checked(Birth, value)
      state.complete_from_ms = fromMs
      // Trades of the window may be missing before the birth, and candles of the exchange may precede it.
      if (fromMs !== null && fromMs % config.baseMs !== 0) doubtPrice(state, windowStart(fromMs, config.baseMs), fromMs)
      state.by_ids = false
    } else throw new Rejected('malformed', `control record of unknown kind ${kind}`)
  }

  return {
    stateVersion: 4,
    configHash: [...config.all.map(({ name }) => name), ...hash, options.emptyCandles].join(','),
    initial: pair => initialState(pair, configOf(pair)),
    process,
    processTrade,
    processRun,
    control,
    missed,
    dueMs: candle => (candle as Candle).close_time_ms,
    seenMs: ({ window }) => window[SEEN_MS]!,
    unmarked: state => {
      state.by_ids ??= true
    },
    nextDueMs: state =>
      hasClock && hasOpenWindow(state, emptyCandles)
        ? state.window[OPEN_MS]! + config.baseMs + state.window[LAG_MS]!
        : null,
    live: state => inProgress(state, config, emptyCandles),
    idleWatermark(state, wallMs) {
      // If the last trade was written late, e.g. from a history, the next one is expected to be as late.
      const watermark = windowStart(wallMs - state.window[LAG_MS]!, config.baseMs)
      return hasClock && hasOpenWindow(state, emptyCandles) && watermark > state.window[OPEN_MS]! ? watermark : null
    },
    upgrade,
    reconfigure: state => changeIntervals(state, configOf(state.pair)),
  }
}

function upgrade(state: unknown, v: number): unknown {
  // Version 1 has an empty fold where version 2 has null. All code treats both alike.
  if (v === 1) return state
  return v === 2 ? fromVersion2(state as PairState2) : fromVersion3(state as PairState3)
}

/** @returns whether the trade was counted before. @throws Rejected if it cannot be counted any more */
function isDuplicate(state: PairState, trade: DecodedTrade): boolean {
  const { trade_id, timestamp_ms, written_ms } = trade
  const { window } = state
  refuseFuture('timestamp_ms', timestamp_ms, written_ms)
  const isOld = trade_id <= window[IDS_TO]!
  if (isOld && isCounted(state, trade_id)) return true
  if (timestamp_ms < window[OPEN_MS]!)
    throw new Rejected('late', `timestamp_ms ${timestamp_ms}: the windows before ${window[OPEN_MS]} are closed`)
  // An id between the ranges was certainly not counted: its trade is only out of order.
  if (isOld) refuseUnknown(trade_id, oldestKnown(state))
  return false
}

function refuseUnknown(id: number, oldest: number): void {
  if (id < oldest)
    throw new Rejected('stale_id', `trade_id ${id}: whether ids before ${oldest} were counted is not known`)
}

function refuseFuture(field: string, ms: number, writtenMs: number): void {
  if (ms > writtenMs + FUTURE_MAX_MS)
    throw new Rejected('future', `${field} ${ms} is more than an hour after the record was written, ${writtenMs}`)
}

function hasOpenWindow({ window, parts }: PairState, emptyCandles: EmptyCandles): boolean {
  if (window[OPEN_MS] === 0 || emptyCandles === 'flat') return window[OPEN_MS] !== 0
  return window[TRADE_COUNT]! > 0 || Object.values(parts).some(({ fold }) => fold !== null && fold.trade_count > 0)
}
