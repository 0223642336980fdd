import { type Clock, systemClock } from '@candlewick/clock'
import { type Backoff, backoffMs } from './backoff.ts'
import { type History, type HistoryPage, type HistoryPosition, UnknownPair } from './exchange.ts'
import { idRange, type MappedTrades, type RejectedTrade } from './mapped-trades.ts'
import { type ExchangeTrade, Malformed } from './trade.ts'

/** The trades of a pair in [fromMs, toMs) (Unix ms), starting at a position. */
export interface Span {
  readonly pair: string
  readonly after: HistoryPosition
  readonly fromMs: number
  readonly toMs: number
}

export interface PastOptions {
  readonly signal: AbortSignal
  readonly clock?: Clock
  onFailure(pair: string, error: unknown, retryInMs: number): void
  /** Rows of the history without a usable trade, which are left out. */
  onRejected?(rejected: readonly RejectedTrade[]): void
}

const BACKOFF: Backoff = { firstMs: 1000, maxMs: 60_000 }
const FAILURES_MAX = 10

/** Trades behind the requested time that end a span: one alone may have a wrong time. */
const BEYOND_MIN = 2

/** How far a span has been read. */
interface Reading extends Span {
  /** Whether a trade of the requested time has been found. */
  readonly hasBegun: boolean
  /** A trade whose time is beyond the requested one, or wrong. */
  readonly beyond: ExchangeTrade | undefined
}

/**
 * @returns trades of an exchange's history, one page of each pair in turn, in the order of ids within a pair. A trade whose time
 *   contradicts its place among the ids counts as rejected.
 * @throws Error when the exchange does not know a pair or fails ten times in a row
 */
export async function* pastTrades(
  history: History,
  spans: readonly Span[],
  options: PastOptions,
): AsyncGenerator<ExchangeTrade> {
  for (let left: Reading[] = spans.map(span => ({ ...span, hasBegun: false, beyond: undefined })); left.length > 0; ) {
    const unfinished: Reading[] = []
    for (const span of left) {
      const page = await readPage(history, span, options)
      const { own, wrong, beyond } = placed(page.trades, span)
      const rejected = [...page.rejected, ...wrong.map(trade => wrongTime(trade))]
      if (rejected.length > 0) options.onRejected?.(rejected)
      yield* own
      if (page.end || beyond.length >= BEYOND_MIN) continue
      const hasBegun = span.hasBegun || own.length > 0
      unfinished.push({ ...span, after: positionAfter(span, page, own), hasBegun, beyond: beyond[0] })
    }
    left = unfinished
  }
}

/** Divides a page's trades: those of the requested time, those whose time is wrong, and those behind the requested time. */
function placed(page: readonly ExchangeTrade[], { fromMs, toMs, hasBegun, beyond }: Reading) {
  const trades = beyond ? [beyond, ...page] : page
  const end = trades.findLastIndex(({ timestamp_ms }) => timestamp_ms < toMs) + 1
  const isOwn = ({ timestamp_ms }: ExchangeTrade) => timestamp_ms >= fromMs && timestamp_ms < toMs
  const inside = trades.slice(0, end)
  // Pages may begin before the requested time.
  const begin = hasBegun ? 0 : inside.findIndex(isOwn)
  const since = begin < 0 ? [] : inside.slice(begin)
  return { own: since.filter(isOwn), wrong: since.filter(trade => !isOwn(trade)), beyond: trades.slice(end) }
}

const wrongTime = ({ pair, trade_id, timestamp_ms }: ExchangeTrade): RejectedTrade => ({
  pair,
  trade_id,
  field: 'timestamp',
  problem: `timestamp ${timestamp_ms} contradicts the times of the trades before and behind it`,
})

/** A wrong time must not become the position, because some exchanges continue by time. */
function positionAfter({ after }: Span, page: MappedTrades, own: readonly ExchangeTrade[]): HistoryPosition {
  return {
    trade_id: idRange(page)?.highest ?? after.trade_id,
    timestamp_ms: Math.max(after.timestamp_ms, ...own.slice(-1).map(({ timestamp_ms }) => timestamp_ms)),
  }
}

async function readPage(history: History, { pair, after }: Span, options: PastOptions): Promise<HistoryPage> {
  const { signal, clock = systemClock, onFailure } = options
  for (let failures = 0; ; failures++) {
    try {
      const page = await history.page(pair, after, signal)
      const [first] = page.rejected
      if (first && idRange(page) === undefined)
        throw new Malformed(
          `a page of ${pair} has no row with an id, so that nothing behind it can be asked for: ${first.problem}`,
        )
      return page
    } catch (error) {
      if (error instanceof UnknownPair || signal.aborted || failures >= FAILURES_MAX) throw error
      const retryInMs = backoffMs(BACKOFF, failures)
      onFailure(pair, error, retryInMs)
      await clock.sleep(retryInMs, signal)
    }
  }
}
