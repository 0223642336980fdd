import type { HttpResponse } from '../http.ts'
import type { MarketTrade } from './market.ts'

/** One client's connection, as the protocol that it speaks sees it. */
export interface Client {
  /** The exchange's time, Unix µs. */
  us(): number
  say(text: string): void
  /** @returns the pair that has this name there; undefined: the exchange does not trade it */
  pairNamed(name: string, nameOf: (pair: string) => string): string | undefined
  /** From now on the pair's trades are told. @returns the newest, oldest first, at most so many */
  subscribe(pair: string, snapshot: number): readonly MarketTrade[]
  close(reason: string): void
}

/** How a protocol talks on one connection. */
export interface Talk {
  /** Said first. */
  greet(): void
  /** The client sent this. */
  receive(text: string): void
  /** @returns the messages that tell the trades */
  trades(pair: string, trades: readonly MarketTrade[]): readonly string[]
  /** @returns what is said when nothing else was for a second; undefined: nothing */
  heartbeat(): string | undefined
  status(system: string): string | undefined
}

/** What the REST interface is asked and what it may answer from: faults are in here already. */
export interface RestMarket {
  /** @returns the pair that has this name there; undefined: the exchange does not trade it */
  pairNamed(name: string, nameOf: (pair: string) => string): string | undefined
  /** @returns the id of the newest trade that the interface knows, or of the newest at a time (Unix µs) */
  lastId(pair: string, us?: number): number
  trade(pair: string, id: number): MarketTrade
  /** The exchange's time, Unix µs. */
  readonly nowUs: number
  /** The most rows of an answer. */
  readonly rowsMax: number
  readonly wrongLast: boolean
}

/** An exchange's WebSocket and REST protocols, as its servers speak them. */
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
