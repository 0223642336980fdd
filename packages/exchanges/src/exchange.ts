import type { ExchangeTrade } from './trade.ts'

/** What one WebSocket message means; a message can hold several. */
export type FeedMessage =
  | { readonly type: 'trades'; readonly trades: readonly ExchangeTrade[]; readonly snapshot: boolean }
  | { readonly type: 'subscribed'; readonly pair: string; readonly exchange_ms: number | null }
  /** `pair` is null where the exchange does not name the one that it means. */
  | { readonly type: 'refused'; readonly pair: string | null; readonly error: string }
  /** Proof of life, with the exchange's time where it says so. */
  | { readonly type: 'alive'; readonly exchange_ms: number | null }
  | { readonly type: 'status'; readonly status: string }

/** How an exchange's WebSocket is spoken to. Holds no state and opens nothing. */
export interface Dialect {
  readonly wsUrl: string
  /** Longer than this without any message, and the connection is lost. */
  readonly silenceMs: number
  readonly pairsPerConnection: number
  readonly ping: { readonly everyMs: number; message(id: number): string }
  subscribe(pairs: readonly string[], id: number): string
  /** The mapper: pure. @throws Malformed */
  read(text: string): readonly FeedMessage[]
}

/** Where a pair's history is to be read on: after a trade, or from a time when there is none yet. */
export interface HistoryPosition {
  readonly trade_id: number | null
  readonly timestamp_ms: number
}

export interface HistoryPage {
  /** In id order; may begin before the position. */
  readonly trades: readonly ExchangeTrade[]
  /** Whether the exchange had nothing more when it answered. */
  readonly end: boolean
}

/** An exchange's trades as its REST interface tells them: complete, unlike a socket. */
export interface History {
  /** One request, within the exchange's rate limits. @throws Error saying what the exchange answered */
  page(pair: string, after: HistoryPosition, signal: AbortSignal): Promise<HistoryPage>
}

export interface Exchange {
  /** Stands in the cursors: a topic of trades belongs to one exchange. */
  readonly name: string
  readonly dialect: Dialect
  readonly history: History
}
