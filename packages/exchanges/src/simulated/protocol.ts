import type { HttpResponse } from '../http.ts'
import type { MarketTrade } from './market.ts'

/** The parts of a client's connection that its protocol uses. */
export interface Client {
  /** The exchange's time, Unix µs. */
  us(): number
  say(text: string): void
  /** @returns the pair with this name at the exchange; undefined when it is not traded. */
  pairNamed(name: string, nameOf: (pair: string) => string): string | undefined
  /** Starts sending the pair's trades. @returns the newest ones, at most `snapshot` of them, oldest first */
  subscribe(pair: string, snapshot: number): readonly MarketTrade[]
  close(reason: string): void
}

/** A protocol's handler of one connection. */
export interface Talk {
  /** Sends the first messages. */
  greet(): void
  /** Handles a message of the client. */
  receive(text: string): void
  /** @returns the messages with the trades. */
  trades(pair: string, trades: readonly MarketTrade[]): readonly string[]
  /** @returns the message to send after a second without one; undefined for none. */
  heartbeat(): string | undefined
  status(system: string): string | undefined
}

/** The market's data for a REST request, with faults applied. */
export interface RestMarket {
  /** @returns the pair with this name at the exchange; undefined when it is not traded. */
  pairNamed(name: string, nameOf: (pair: string) => string): string | undefined
  /** @returns the id of the newest trade that the interface knows, or of the newest trade at a time (Unix µs) */
  lastId(pair: string, us?: number): number
  trade(pair: string, id: number): MarketTrade
  /** The exchange's time, Unix µs. */
  readonly nowUs: number
  /** Maximum number of rows in an answer. */
  readonly rowsMax: number
  readonly wrongLast: boolean
}

/** An exchange's WebSocket and REST protocols, from the server's side. */
export interface Protocol {
  readonly wsPath: string
  readonly restPath: RegExp
  open(client: Client): Talk
  rest(url: URL, market: RestMarket): HttpResponse
}

/** The trades with ids in [from, to]. */
export const tradesOf = (market: RestMarket, pair: string, from: number, to: number): MarketTrade[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => market.trade(pair, from + i))

/** Unix µs → RFC 3339 with six decimals. */
export const rfc3339 = (us: number): string =>
  `${new Date(Math.floor(us / 1000)).toISOString().slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`
