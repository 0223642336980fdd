import type { MappedTrades, RejectedTrade } from './mapped-trades.ts'
import type { Ohlc } from './ohlc.ts'
import type { ExchangeTrade } from './trade.ts'

/** A message of a WebSocket frame; a frame can hold several. */
export type FeedMessage =
  | { readonly type: 'trades'; readonly trades: readonly ExchangeTrade[]; readonly snapshot: boolean }
  /** Rows of the same frame that hold no usable trade. */
  | { readonly type: 'rejected'; readonly trades: readonly RejectedTrade[] }
  /** The frame is valid JSON, but its trades cannot be found in it. */
  | { readonly type: 'unreadable'; readonly problem: string }
  | { readonly type: 'subscribed'; readonly pair: string; readonly exchange_ms: number | null }
  /** `pair` is null if the exchange does not name the pair that it refuses. */
  | { readonly type: 'refused'; readonly pair: string | null; readonly error: string }
  /** The answer to a whole request, from an exchange that does not name the pairs; `error` is null when it is granted. */
  | { readonly type: 'answered'; readonly request: number; readonly error: string | null }
  /** The message's sequence number on its connection. */
  | { readonly type: 'sequence'; readonly number: number }
  /** Any other message. It shows that the connection is alive, and has the exchange's time if the message contains it. */
  | { readonly type: 'alive'; readonly exchange_ms: number | null }
  | { readonly type: 'status'; readonly status: string }

/** @returns a frame's good trades as one message, and its rejected rows, if there are any, as another. */
export function tradeMessages({ trades, rejected }: MappedTrades, snapshot: boolean): FeedMessage[] {
  const messages: FeedMessage[] = [{ type: 'trades', trades, snapshot }]
  if (rejected.length > 0) messages.push({ type: 'rejected', trades: rejected })
  return messages
}

/** An exchange's WebSocket protocol. It holds no connection. */
export interface Dialect {
  readonly wsUrl: string
  /** A connection without any message for this long is lost. */
  readonly silenceMs: number
  readonly pairsPerConnection: number
  readonly pairsPerRequest: number
  /** Minimum time between requests on a connection; 0 where the exchange has no limit. */
  readonly requestEveryMs: number
  /** Age at which a connection is replaced, before the exchange ends it. */
  readonly connectionMsMax?: number
  /** Messages sent right after the connection opens, such as a subscription to heartbeats. */
  readonly opening?: readonly string[]
  readonly ping?: { readonly everyMs: number; message(id: number): string }
  subscribe(pairs: readonly string[], id: number): string
  /** The mapper, a pure function. @throws Malformed only if the frame is not a JSON object */
  read(text: string): readonly FeedMessage[]
}

/** Position at which a pair's history continues: after a trade, or from a time when `trade_id` is null. */
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

/** An exchange's past trades, from its REST interface. They are complete, unlike the trades that a socket delivers. */
export interface History {
  /**
   * Reads one page by one or a few requests, within the exchange's rate limits.
   * @throws UnknownPair, or Error with the exchange's answer
   */
  page(pair: string, after: HistoryPosition, signal: AbortSignal): Promise<HistoryPage>
}

export interface Exchange {
  /** Written to the cursors: a topic of trades belongs to one exchange. */
  readonly name: string
  readonly dialect: Dialect
  readonly history: History
  readonly ohlc: Ohlc
}
