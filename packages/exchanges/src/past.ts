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

/**
 * @returns trades of an exchange's history, one page of each pair in turn, in the order of ids within a pair
 * @throws Error when the exchange does not know a pair or fails ten times in a row
 */
export async function* pastTrades(
  history: History,
  spans: readonly Span[],
  options: PastOptions,
): AsyncGenerator<ExchangeTrade> {
  for (let left = [...spans]; left.length > 0; ) {
    const unfinished: Span[] = []
    for (const span of left) {
      const { trades, rejected, end } = await readPage(history, span, options)
      if (rejected.length > 0) options.onRejected?.(rejected)
      const past = trades.findIndex(({ timestamp_ms }) => timestamp_ms >= span.toMs)
      const own = past < 0 ? trades : trades.slice(0, past)
      yield* own.filter(({ timestamp_ms }) => timestamp_ms >= span.fromMs)
      if (past < 0 && !end) unfinished.push({ ...span, after: positionAfter(span.after, { trades, rejected }) })
    }
    left = unfinished
  }
}

function positionAfter({ trade_id, timestamp_ms }: HistoryPosition, page: MappedTrades): HistoryPosition {
  return {
    trade_id: idRange(page)?.highest ?? trade_id,
    timestamp_ms: page.trades.at(-1)?.timestamp_ms ?? timestamp_ms,
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
