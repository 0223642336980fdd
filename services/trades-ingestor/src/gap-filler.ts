import { type Backoff, backoffMs, type Clock, type History, type HistoryPage } from '@candlewick/exchanges'
import type { GapEntry } from './gap-entry.ts'
import { NOTHING_OFFERED, type Offered } from './offered.ts'
import type { Missing, TradeSequencer } from './trade-sequencer.ts'

/** An answer of the exchange's history, or the error instead of one. */
export type HistoryEvent =
  | { readonly type: 'history'; readonly pair: string; readonly asked: Missing; readonly page: HistoryPage }
  | { readonly type: 'history-failed'; readonly pair: string; readonly error: unknown }

export type GapEvent =
  | { readonly type: 'gap-filled'; readonly pair: string; readonly ms: number; readonly trades: number }
  | { readonly type: 'history-failed'; readonly pair: string; readonly error: unknown; readonly retryInMs: number }
  | { readonly type: 'gap-unfillable'; readonly pair: string; readonly gap: GapEntry }

export interface GapFillerOptions {
  /** Undefined if there is no history, as in a replay: gaps are then given up at once. */
  readonly history: History | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Queues an answer, which is to be passed to {@link GapFiller.answered} in order with all other events. */
  deliver(event: HistoryEvent): void
  observe(event: GapEvent): void
}

interface Search {
  readonly since: number
  /** The time since which every request has failed. */
  failingSince: number | undefined
  notBefore: number
  asking: boolean
  failures: number
  /** Consecutive answers without the next missing trade. */
  denials: number
  trades: number
}

/** Wait before the first request to the history, because a snapshot or a message out of order often fills the gap. */
const PATIENCE_MS = { joining: 1000, gap: 200 }
const BACKOFF: Backoff = { firstMs: 1000, maxMs: 30_000 }
/** The history may lag behind the socket, so each question is repeated up to this many times. */
const DENIALS_MAX = 5
/** A gap is given up when every request about its pair has failed for this long. */
const FAILING_MS_MAX = 15 * 60_000
/** Maximum number of concurrent requests. A pair is chosen only when a request is free, so that the most urgent pair comes first. */
const QUESTIONS_MAX = 30

/** Fetches missing trades from the exchange's history, page by page, and gives up trades that the history lacks. */
export class GapFiller {
  readonly #o: GapFillerOptions
  readonly #searches = new Map<string, Search>()
  #asking = 0

  constructor(options: GapFillerOptions) {
    this.#o = options
  }

  /** Starts the requests that are due. Call it after every change of the sequencers, and periodically. */
  look(sequencers: readonly TradeSequencer[]): void {
    const { history } = this.#o
    if (!history) {
      for (const sequencer of sequencers) while (sequencer.canGiveUp) this.#giveUp(sequencer)
      return
    }
    const needy = sequencers.flatMap(sequencer => this.#needs(sequencer) ?? [])
    // The smallest gap is filled first, so that as many pairs as possible are soon complete and free their buffers. If the
    // history is slower than the market, gaps that are filled in turns would never close. New pairs come after all gaps, the
    // most liquid pair first, because users look at it first.
    needy.sort(({ sequencer: a }, { sequencer: b }) =>
      a.beginning.isFetching || b.beginning.isFetching
        ? Number(a.beginning.isFetching) - Number(b.beginning.isFetching) || b.bufferedRate - a.bufferedRate
        : a.gap - b.gap,
    )
    for (const { sequencer, missing, search } of needy.slice(0, Math.max(0, QUESTIONS_MAX - this.#asking)))
      void this.#ask(history, sequencer.pair, missing, search)
  }

  /** Passes an answer to its sequencer. @returns its duplicates and rejected rows */
  answered(sequencer: TradeSequencer, event: HistoryEvent): Offered {
    this.#asking--
    const search = this.#searches.get(sequencer.pair)
    if (search) search.asking = false
    if (event.type === 'history-failed') {
      if (search) this.#later(search, event)
      return NOTHING_OFFERED
    }
    const { asked, page } = event
    const offered = sequencer.fill(asked, page, page.end)
    if (search) this.#review(search, sequencer, event)
    return offered
  }

  /** Counts consecutive answers without progress. */
  #review(search: Search, sequencer: TradeSequencer, { asked, page }: HistoryEvent & { type: 'history' }): void {
    search.failures = 0
    search.failingSince = undefined
    search.trades += page.trades.length
    const leadsOn = sequencer.lastId !== asked.after.trade_id || (page.end && sequencer.buffered === 0)
    if (leadsOn) return
    search.denials++
    if (search.denials >= DENIALS_MAX && sequencer.canGiveUp) this.#giveUp(sequencer)
    else search.notBefore = this.#o.clock.now() + backoffMs(BACKOFF, search.denials - 1)
  }

  /** @returns the request that is due for the sequencer, if one is. */
  #needs(sequencer: TradeSequencer): { sequencer: TradeSequencer; missing: Missing; search: Search } | undefined {
    const now = this.#o.clock.now()
    const missing = sequencer.missing()
    if (!missing) {
      this.#found(sequencer)
      return undefined
    }
    const search = this.#search(sequencer.pair, missing)
    if (now - (search.failingSince ?? now) >= FAILING_MS_MAX && sequencer.canGiveUp) this.#giveUp(sequencer)
    else if (!search.asking && now >= search.notBefore) return { sequencer, missing, search }
    return undefined
  }

  #search(pair: string, missing: Missing): Search {
    const known = this.#searches.get(pair)
    if (known) return known
    const since = this.#o.clock.now()
    const patience = missing.before === null ? PATIENCE_MS.joining : PATIENCE_MS.gap
    const counts = { failures: 0, denials: 0, trades: 0 }
    const search = { since, failingSince: undefined, notBefore: since + patience, asking: false, ...counts }
    this.#searches.set(pair, search)
    return search
  }

  async #ask(history: History, pair: string, asked: Missing, search: Search): Promise<void> {
    search.asking = true
    this.#asking++
    try {
      const page = await history.page(pair, asked.after, this.#o.signal)
      this.#o.deliver({ type: 'history', pair, asked, page })
    } catch (error) {
      if (!this.#o.signal.aborted) this.#o.deliver({ type: 'history-failed', pair, error })
    }
  }

  #later(search: Search, event: HistoryEvent & { type: 'history-failed' }): void {
    const retryInMs = backoffMs(BACKOFF, search.failures++)
    search.failingSince ??= this.#o.clock.now()
    search.notBefore = this.#o.clock.now() + retryInMs
    this.#o.observe({ ...event, retryInMs })
  }

  #found({ pair }: TradeSequencer): void {
    const search = this.#searches.get(pair)
    if (!search || search.asking) return
    this.#searches.delete(pair)
    const ms = this.#o.clock.now() - search.since
    if (search.trades > 0) this.#o.observe({ type: 'gap-filled', pair, ms, trades: search.trades })
  }

  #giveUp(sequencer: TradeSequencer): void {
    const gap = sequencer.giveUp()
    this.#searches.delete(sequencer.pair)
    if (gap) this.#o.observe({ type: 'gap-unfillable', pair: sequencer.pair, gap })
  }
}
