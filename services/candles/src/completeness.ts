import { type Gap, windowStart } from '@candlewick/market-data'
import { type Emit, Rejected } from '@candlewick/streams/processor'
import { doubtPrice } from './flat-price.ts'
import type { Fold } from './fold.ts'
import type { Intervals } from './intervals.ts'
import { mayHave, OPEN_MS } from './open-window.ts'
import type { PairState } from './pair-state.ts'
import { addRange } from './ranges.ts'
import type { DecodedTrade } from './trade-decoder.ts'

/** Maximum number of gaps. Beyond it the two oldest become one, which includes the time between them. */
const GAPS_MAX = 32

/** Notes that the pair's writer could not obtain the trades of a time range. @throws Rejected */
export function noteGap(state: PairState, { from_ms, to_ms }: Gap, emit: Emit): void {
  const { pair, gaps } = state
  if (to_ms <= from_ms) throw new Rejected('malformed', `to_ms ${to_ms} is not after from_ms ${from_ms}`)
  emit.count('gaps')
  doubtPrice(state, from_ms, to_ms)
  if (addGap(gaps, from_ms, to_ms)) emit.count(`gaps_joined:${pair}`)
}

/** Notes that a trade of this time (Unix ms) is missing from its windows, unless they are closed. */
export function noteMissingTrade(state: PairState, ms: number, { baseMs, all }: Intervals): void {
  const startMs = windowStart(ms, baseMs)
  const openMs = state.window[OPEN_MS]!
  // Closed windows are already published. A gap in them would only use up one of the few places for gaps.
  const oldestMs = Math.min(...all.map(interval => windowStart(openMs, interval.ms)))
  if (startMs + baseMs > oldestMs) addGap(state.gaps, startMs, startMs + baseMs)
}

/** Notes that the counted trade of this id may have another content than the exchange's: it may be in each open window that has ids around it. */
export function noteDoubtfulId({ window, parts, gaps }: PairState, id: number, { baseMs, all }: Intervals): void {
  const isInBase = mayHave(window, id)
  const starts = all
    .filter(({ name }) => isInBase || foldMayHave(parts[name]!.fold, id))
    .map(({ ms }) => windowStart(window[OPEN_MS]!, ms))
  // An open window that started earlier contains the start of this one, and all of its trades.
  const latestMs = Math.max(...starts)
  if (starts.length > 0) addGap(gaps, latestMs, latestMs + baseMs)
}

const foldMayHave = (fold: Fold | null, id: number): boolean =>
  fold !== null && fold.trade_count > 0 && id >= fold.first_trade_id && id <= fold.last_trade_id

/**
 * Notes that trades of unknown times may be missing before the next trade: open windows are incomplete, and later ones that
 * start before the end of the next trade's base window.
 */
export function noteMissingTrades(state: PairState): void {
  const { window, gaps, complete_from_ms: from } = state
  // The next trade may set an earlier time than the one that the birth record has set.
  if (from !== null && from > window[OPEN_MS]!) addGap(gaps, window[OPEN_MS]!, from)
  state.complete_from_ms = null
}

/** Makes windows that start before the time (Unix ms) incomplete, because they may lack trades. */
export function doubtUntil(state: PairState, ms: number): void {
  if (state.complete_from_ms !== null && ms > state.complete_from_ms) state.complete_from_ms = ms
}

/** Notes that trades between the last one and this one may exist, e.g. in another partition: their ids do not follow one another. */
export function noteJump(state: PairState, { timestamp_ms }: DecodedTrade, baseMs: number, emit: Emit): void {
  if (state.complete_from_ms === null) return
  emit.count('id_jumps')
  doubtUntil(state, windowStart(timestamp_ms, baseMs) + baseMs)
}

/** @param toMs exclusive. @returns whether two gaps became one, because there were too many */
function addGap(gaps: number[], fromMs: number, toMs: number): boolean {
  addRange(gaps, fromMs, toMs - 1)
  const tooMany = gaps.length > 2 * GAPS_MAX
  if (tooMany) gaps.splice(1, 2)
  return tooMany
}
