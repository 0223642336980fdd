import type { MappedTrades, RejectedTrade } from './mapped-trades.ts'
import type { Ohlc } from './ohlc.ts'
import type { ExchangeTrade } from './trade.ts'

/** What one WebSocket frame says; a frame can hold several messages. */
export type FeedMessage =
  | { readonly type: 'trades'; readonly trades: readonly ExchangeTrade[]; readonly snapshot: boolean }
  /** Rows of the same frame that hold no usable trade. */
  | { readonly type: 'rejected'; readonly trades: readonly RejectedTrade[] }
  /** The frame is valid JSON, but its trades cannot be found in it. */
  | { readonly type: 'unreadable'; readonly problem: string }
  | { readonly type: 'subscribed'; readonly pair: string; readonly exchange_ms: number | null }
  /** `pair` is null where the exchange does not name the one that it means. */
  | { readonly type: 'refused'; readonly pair: string | null; readonly error: string }
  /** To a whole request, where the exchange does not name the pairs; `error` is null where it was granted. */
  | { readonly type: 'answered'; readonly request: number; readonly error: string | null }
  /** The message's number on its connection: each is one more than the last. */
  | { readonly type: 'sequence'; readonly number: number }
  /** Proof of life, with the exchange's time where it says so. */
  | { readonly type: 'alive'; readonly exchange_ms: number | null }
  | { readonly type: 'status'; readonly status: string }

/** @returns a frame's trades as messages: the good ones, and the rows that hold none, if there are any. */
export function tradeMessages({ trades, rejected }: MappedTrades, snapshot: boolean): FeedMessage[] {
  const messages: FeedMessage[] = [{ type: 'trades', trades, snapshot }]
  if (rejected.length > 0) messages.push({ type: 'rejected', trades: rejected })
  return messages
}

/** How an exchange's WebSocket is spoken to. Holds no state and opens nothing. */
export interface Dialect {
  readonly wsUrl: string
  /** Longer than this without any message, and the connection is lost. */
  readonly silenceMs: number
  readonly pairsPerConnection: number
  readonly pairsPerRequest: number
  /** The exchange limits what it is sent: requests on a connection are at least this far apart. */
  readonly requestEveryMs: number
  /** Where the exchange ends a connection at some age: before that it is replaced. */
  readonly connectionMsMax?: number
  /** Sent first, for what is needed beside trades. */
  readonly opening?: readonly string[]
  readonly ping?: { readonly everyMs: number; message(id: number): string }
  subscribe(pairs: readonly string[], id: number): string
  /** The mapper: pure. @throws Malformed only where the frame is not a JSON object */
  read(text: string): readonly FeedMessage[]
}

/** Where a pair's history is to be read on: after a trade, or from a time when there is none yet. */
export interface HistoryPosition {
  readonly trade_id: number | null
  readonly timestamp_ms: number
}

/** A page may begin before the position. */
export interface HistoryPage extends MappedTrades {
  /** Whether the exchange had nothing more when it answered. */
  readonly end: boolean
}

/** The exchange does not trade the pair. */
export class UnknownPair extends Error {
  override name = 'UnknownPair'
}

/** An exchange's trades as its REST interface tells them: complete, unlike a socket. */
export interface History {
  /**
   * A request or a few, within the exchange's rate limits.
   * @throws UnknownPair, or Error saying what the exchange answered
   */
  page(pair: string, after: HistoryPosition, signal: AbortSignal): Promise<HistoryPage>
}

export interface Exchange {
  /** Stands in the cursors: a topic of trades belongs to one exchange. */
  readonly name: string
  readonly dialect: Dialect
  readonly history: History
  readonly ohlc: Ohlc
}
