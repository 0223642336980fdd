import { type Backoff, backoffMs, type Clock, type History, type HistoryPage } from '@candlewick/exchanges'
import { type GapEntry, type Missing, NOTHING_OFFERED, type Offered, type TradeSequencer } from './trade-sequencer.ts'

/** An answer of the exchange's history, or why there was none. */
export type HistoryEvent =
  | { readonly type: 'history'; readonly pair: string; readonly asked: Missing; readonly page: HistoryPage }
  | { readonly type: 'history-failed'; readonly pair: string; readonly error: unknown }

export type GapEvent =
  | { readonly type: 'gap-filled'; readonly pair: string; readonly ms: number; readonly trades: number }
  | { readonly type: 'history-failed'; readonly pair: string; readonly error: unknown; readonly retryInMs: number }
  | { readonly type: 'gap-unfillable'; readonly pair: string; readonly gap: GapEntry }

export interface GapFillerOptions {
  /** Undefined where there is nobody to ask, as in a replay: every gap stays one. */
  readonly history: History | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Where answers go, to be handed to {@link GapFiller.answered} in order with everything else. */
  deliver(event: HistoryEvent): void
  observe(event: GapEvent): void
}

interface Search {
  readonly since: number
  /** Since when there was nothing but failures. */
  failingSince: number | undefined
  notBefore: number
  asking: boolean
  failures: number
  /** Answers in a row without the trade that is missed next. */
  denials: number
  trades: number
}

/** A snapshot right after the subscription mostly says all; two messages in the wrong order mend themselves. */
const PATIENCE_MS = { joining: 1000, gap: 200 }
const BACKOFF: Backoff = { firstMs: 1000, maxMs: 30_000 }
/** The history can be a little behind the socket. */
const DENIALS_MAX = 5
/** What is buffered is given up after this time, when every question about the pair has failed. */
const FAILING_MS_MAX = 15 * 60_000
/** So many questions at a time, about the pairs that need them most when their turn comes. */
const QUESTIONS_MAX = 30

/** Asks the exchange's history for what the sequencers miss, a page at a time, and gives up what nobody has. */
export class GapFiller {
  readonly #o: GapFillerOptions
  readonly #searches = new Map<string, Search>()
  #asking = 0

  constructor(options: GapFillerOptions) {
    this.#o = options
  }

  /** Looks at the sequencers after anything has happened to them or some time has passed. */
  look(sequencers: readonly TradeSequencer[]): void {
    const { history } = this.#o
    if (!history) {
      for (const sequencer of sequencers) while (sequencer.canGiveUp) this.#giveUp(sequencer)
      return
    }
    const needy = sequencers.flatMap(sequencer => this.#needs(sequencer) ?? [])
    // The smallest gap first: so many pairs as can be are whole again soon, and buffer nothing any more. Where the
    // history is slower than the market, gaps that are all filled a little are never filled. New pairs come after those,
    // the most liquid first: it is the one that somebody looks at.
    needy.sort(({ sequencer: a }, { sequencer: b }) =>
      a.beginning.isFetching || b.beginning.isFetching
        ? Number(a.beginning.isFetching) - Number(b.beginning.isFetching) || b.bufferedRate - a.bufferedRate
        : a.gap - b.gap,
    )
    for (const { sequencer, missing, search } of needy.slice(0, Math.max(0, QUESTIONS_MAX - this.#asking)))
      void this.#ask(history, sequencer.pair, missing, search)
  }

  /** Hands an answer to its sequencer. @returns which of its rows were new or rejected */
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

  /** Counts answers that do not lead on. */
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

  /** @returns what is to be asked of the sequencer now, if anything is */
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
