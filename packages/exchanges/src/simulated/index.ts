import { type Clock, systemClock } from '@candlewick/clock'
import type { HttpGet } from '../http.ts'
import { usualName } from '../kraken/names.ts'
import { pairProblem } from '../pair-names.ts'
import type { Connect } from '../socket.ts'
import { type ExchangeTrade, exchangeTrade } from '../trade.ts'
import { binanceProtocol } from './binance.ts'
import { coinbaseProtocol } from './coinbase.ts'
import { type Fault, type FaultRates, Faults } from './faults.ts'
import { krakenProtocol } from './kraken.ts'
import { Market } from './market.ts'
import { PacedMarket } from './pace.ts'
import type { Protocol } from './protocol.ts'
import { answerRest } from './rest.ts'
import { Session } from './session.ts'
import { ExchangeTime } from './time.ts'

export interface SimulatedOptions {
  readonly seed?: number
  /** Average number of trades per second and pair. */
  readonly tradesPerSecond?: number
  /** Trades per second of pairs with another rate. */
  readonly rates?: Readonly<Record<string, number>>
  /** Speed relative to the wall clock. Above 1, the market must start in the past. */
  readonly speed?: number
  readonly startMs?: number | undefined
  readonly faultRates?: FaultRates
  /** Pairs that it does not trade. */
  readonly refuse?: readonly string[]
  readonly clock?: Clock
  /** How often trades are sent. */
  readonly tickMs?: number
}

/** Quote assets to try for a symbol that does not show where the base ends. */
const QUOTES = ['USDT', 'USDC', 'USD', 'EUR', 'GBP', 'JPY', 'XBT', 'BTC', 'ETH']

/** The simulated protocols by exchange. The path of a URL selects one. */
export const PROTOCOLS = { kraken: krakenProtocol, binance: binanceProtocol, coinbase: coinbaseProtocol } as const

function protocolOf(path: string, place: (protocol: Protocol) => boolean): Protocol {
  const protocol = Object.values(PROTOCOLS).find(place)
  if (!protocol) throw new Error(`No exchange's interface is simulated at ${path}`)
  return protocol
}

/**
 * An exchange with generated trades that speaks the WebSocket and REST protocols of all supported exchanges. It needs no
 * network: `connect` and `get` are called in the process, and {@link serve} makes it available on a port.
 */
export class SimulatedExchange {
  readonly faults: Faults
  readonly time: ExchangeTime
  readonly #market: PacedMarket
  readonly #clock: Clock
  readonly #tickMs: number
  readonly #refused: Set<string>
  readonly #known = new Set<string>()
  readonly #sessions = new Set<Session>()

  constructor(options: SimulatedOptions = {}) {
    const { seed = 1, tradesPerSecond = 8, rates = {}, clock = systemClock } = options
    this.#clock = clock
    this.#market = new PacedMarket(new Market({ seed, tradesPerSecond, rates }))
    this.#tickMs = options.tickMs ?? 50
    this.#refused = new Set(options.refuse)
    this.faults = new Faults(seed, options.faultRates)
    this.time = new ExchangeTime(clock, options.speed, options.startMs)
  }

  /** Opens a session in the process. Only the path of the URL is used. */
  readonly connect: Connect = (url, handlers) => {
    const { pathname } = new URL(url)
    const session: Session = new Session({
      protocol: protocolOf(pathname, ({ wsPath }) => wsPath === pathname),
      clock: this.#clock,
      time: this.time,
      market: this.#market,
      faults: this.faults,
      tickMs: this.#tickMs,
      pairNamed: (name, nameOf) => this.#pairNamed(name, nameOf),
      handlers: {
        ...handlers,
        closed: reason => {
          this.#sessions.delete(session)
          handlers.closed(reason)
        },
      },
    })
    this.#sessions.add(session)
    return session
  }

  readonly get: HttpGet = async text => {
    const url = new URL(text)
    return answerRest(url, {
      protocol: protocolOf(url.pathname, ({ restPath }) => restPath.test(url.pathname)),
      market: this.#market,
      faults: this.faults,
      nowMs: this.time.now(),
      pairNamed: (name, nameOf) => this.#pairNamed(name, nameOf),
    })
  }

  /** Closes every connection, as an exchange does when it restarts. */
  cut(): void {
    for (const session of [...this.#sessions]) session.close('connection reset (simulated)')
  }

  /** Injects the fault into the next message or answer that can have it. */
  fault(fault: Fault): void {
    this.faults.order(fault)
  }

  /** @returns the pair's trades from one id to another, both included. */
  trades(pair: string, fromId: number, toId: number): readonly ExchangeTrade[] {
    return Array.from({ length: Math.max(0, toId - fromId + 1) }, (_, i) => {
      const { timestamp_us, ...trade } = this.#market.trade(pair, fromId + i)
      return exchangeTrade({ pair, ...trade, timestamp_ms: Math.floor(timestamp_us / 1000) })
    })
  }

  /** @returns the id of the pair's last trade before the time (Unix ms); 0 when there is none. */
  lastIdBefore(pair: string, timeMs: number): number {
    return this.#market.lastId(pair, Math.ceil(timeMs * 1000) - 1)
  }

  /** @returns the id of the pair's newest trade. */
  lastId(pair: string): number {
    return this.#market.lastId(pair, Math.floor(this.time.now() * 1000))
  }

  /** Factor on `tradesPerSecond`, 1 at the start. */
  get pace(): number {
    return this.#market.factor
  }

  set pace(factor: number) {
    this.#market.change(factor, Math.floor(this.time.now() * 1000))
  }

  /** @returns the pair of a name: a pair that was requested before, otherwise the likeliest one; undefined if it is not traded. */
  #pairNamed(name: string, nameOf: (pair: string) => string): string | undefined {
    const split = (quote: string) => usualName(`${name.slice(0, -quote.length).replace('-', '')}/${quote}`)
    const likely = QUOTES.filter(quote => name.endsWith(quote)).map(split)
    const pair = [name, ...this.#known, ...likely].find(p => pairProblem(p) === undefined && nameOf(p) === name)
    if (pair === undefined || this.#refused.has(pair)) return undefined
    this.#known.add(pair)
    return pair
  }
}
