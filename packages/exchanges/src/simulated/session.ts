import type { Clock } from '@candlewick/clock'
import type { Socket, SocketHandlers } from '../socket.ts'
import { type Faults, MESSAGE_FAULTS } from './faults.ts'
import type { MarketTrade } from './market.ts'
import type { PacedMarket } from './pace.ts'
import type { Protocol, Talk } from './protocol.ts'
import type { ExchangeTime } from './time.ts'

export interface SessionOptions {
  readonly clock: Clock
  readonly time: ExchangeTime
  readonly market: PacedMarket
  readonly faults: Faults
  readonly protocol: Protocol
  readonly handlers: SocketHandlers
  readonly tickMs: number
  /** @returns the pair with this name at the exchange; undefined when it is not traded. */
  pairNamed(name: string, nameOf: (pair: string) => string): string | undefined
}

/** Trades of different pairs are out of time order by less than this, even if they are sent late. */
const SLICE_US = 250_000
/** Trades per turn: a session that is far behind must not delay other sessions, or its own heartbeats. */
const TURN_TRADES = 2000
const HEARTBEAT_MS = 1000
const STALL_MS = 8000
const DRIP_MESSAGES = 20

/** One client's connection: sends its protocol's messages, with faults applied. */
export class Session implements Socket {
  readonly #o: SessionOptions
  readonly #talk: Talk
  readonly #closed = new AbortController()
  /** The id of the last trade sent for each subscribed pair. */
  readonly #sent = new Map<string, number>()
  #unsent: string[] = []
  #late: string | undefined
  #stalledUntil = 0
  #dripping = 0
  #paused = false
  #deaf = false
  #sentAt = 0
  /** Every trade up to this time of the exchange has been sent (Unix µs). */
  #saidUs: number

  constructor(options: SessionOptions) {
    this.#o = options
    this.#saidUs = this.#us()
    this.#talk = options.protocol.open({
      us: () => this.#saidUs,
      say: text => this.#say(text),
      pairNamed: options.pairNamed,
      subscribe: (pair, snapshot) => this.#subscribe(pair, snapshot),
      close: reason => this.close(reason),
    })
    queueMicrotask(() => {
      if (this.#closed.signal.aborted) return
      options.handlers.open()
      this.#talk.greet()
      void this.#run()
    })
  }

  /** A message from the client. */
  send(text: string): void {
    if (this.#deaf || this.#closed.signal.aborted) return
    // Trades from before the answer's time are sent before the answer.
    this.#sendTrades()
    this.#talk.receive(text)
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
  }

  /** The client has closed the connection. */
  terminate(): void {
    this.#closed.abort()
  }

  /** The exchange closes the connection. */
  close(reason: string): void {
    if (this.#closed.signal.aborted) return
    this.#closed.abort()
    this.#o.handlers.closed(reason)
  }

  #us(): number {
    return Math.floor(this.#o.time.now() * 1000)
  }

  #subscribe(pair: string, snapshot: number): readonly MarketTrade[] {
    const { market } = this.#o
    const last = market.lastId(pair, this.#saidUs)
    this.#sent.set(pair, last)
    return range(Math.max(1, last - snapshot + 1), last).map(id => market.trade(pair, id))
  }

  async #run(): Promise<void> {
    const { clock, tickMs } = this.#o
    while (!this.#closed.signal.aborted) {
      await clock.sleep(tickMs, this.#closed.signal)
      if (this.#closed.signal.aborted) return
      while (!this.#sendTrades() && !this.#closed.signal.aborted) await clock.sleep(0)
      if (clock.now() - this.#sentAt >= HEARTBEAT_MS) this.#beat()
      this.#flush()
    }
  }

  /** @returns whether every trade so far has been sent. */
  #sendTrades(): boolean {
    const now = this.#us()
    for (let said = 0; this.#saidUs < now && said < TURN_TRADES; ) {
      this.#saidUs = Math.min(now, this.#saidUs + SLICE_US)
      said += this.#sendTradesUntil(this.#saidUs)
    }
    return this.#saidUs >= now
  }

  /** @returns the number of trades sent. */
  #sendTradesUntil(us: number): number {
    let count = 0
    for (const [pair, sent] of this.#sent) {
      const last = this.#o.market.lastId(pair, us)
      if (last <= sent) continue
      this.#sent.set(pair, last)
      const trades = range(sent + 1, last).map(id => this.#o.market.trade(pair, id))
      for (const text of this.#talk.trades(pair, this.#withGaps(trades))) this.#say(text)
      count += trades.length
    }
    return count
  }

  #withGaps(trades: readonly MarketTrade[]): readonly MarketTrade[] {
    const isCut = trades.length > 1 && this.#o.faults.next(['gap']) !== undefined
    return isCut ? trades.filter((_, i) => i % 2 === 0) : trades
  }

  #beat(): void {
    this.#sentAt = this.#o.clock.now()
    const text = this.#talk.heartbeat()
    if (text !== undefined) this.#say(text)
  }

  #say(text: string): void {
    this.#sentAt = this.#o.clock.now()
    switch (this.#o.faults.next(MESSAGE_FAULTS)) {
      case 'drop':
        return
      case 'duplicate':
        this.#unsent.push(text, text)
        break
      case 'reorder':
        if (this.#late !== undefined) this.#unsent.push(this.#late)
        this.#late = text
        return
      case 'malformed':
        this.#unsent.push(text.slice(0, Math.ceil(text.length / 2)))
        break
      case 'stall':
        this.#stalledUntil = this.#o.clock.now() + STALL_MS
        this.#unsent.push(text)
        break
      case 'half-open':
        this.#deaf = true
        break
      case 'disconnect':
        this.close('connection reset (simulated)')
        return
      case 'drip':
        this.#dripping = DRIP_MESSAGES
        this.#unsent.push(text)
        break
      case 'maintenance':
        this.#unsent.push(...[this.#talk.status('maintenance') ?? [], text].flat())
        break
      default:
        this.#unsent.push(text)
    }
    if (this.#late !== undefined) this.#unsent.push(this.#late)
    this.#late = undefined
    this.#flush()
  }

  #flush(): void {
    if (this.#paused || this.#deaf || this.#o.clock.now() < this.#stalledUntil) return
    const count = this.#dripping > 0 ? 1 : this.#unsent.length
    this.#dripping = Math.max(0, this.#dripping - 1)
    for (const text of this.#unsent.splice(0, count)) if (!this.#closed.signal.aborted) this.#o.handlers.message(text)
  }
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
