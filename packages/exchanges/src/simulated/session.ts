import type { Clock } from '../clock.ts'
import type { Socket, SocketHandlers } from '../socket.ts'
import { type Faults, SOCKET_FAULTS } from './faults.ts'
import type { Market } from './market.ts'
import { HEARTBEAT, pong, refused, statusMessage, subscribed, tradeMessage } from './protocol.ts'
import type { ExchangeTime } from './time.ts'

export interface SessionOptions {
  readonly clock: Clock
  readonly time: ExchangeTime
  readonly market: Market
  readonly faults: Faults
  readonly handlers: SocketHandlers
  readonly tickMs: number
  /** Whether the exchange trades the pair. */
  trades(pair: string): boolean
}

const SNAPSHOT_TRADES = 50
const MESSAGE_TRADES_MAX = 50
const HEARTBEAT_MS = 1000
const STALL_MS = 8000
const DRIP_MESSAGES = 20

/** One client's connection: what Kraken's WebSocket v2 answers and sends, and what the faults make of it. */
export class Session implements Socket {
  readonly #o: SessionOptions
  readonly #closed = new AbortController()
  /** The last trade id sent of each pair subscribed. */
  readonly #sent = new Map<string, number>()
  #outbox: string[] = []
  #late: string | undefined
  #stalledUntil = 0
  #dripping = 0
  #paused = false
  #deaf = false
  #sentAt = 0

  constructor(options: SessionOptions) {
    this.#o = options
    queueMicrotask(() => {
      if (this.#closed.signal.aborted) return
      options.handlers.open()
      this.#say(statusMessage('online'))
      void this.#run()
    })
  }

  /** A message from the client. */
  send(text: string): void {
    if (this.#deaf || this.#closed.signal.aborted) return
    const { method, params, req_id } = JSON.parse(text)
    const us = Math.floor(this.#o.time.now() * 1000)
    if (method === 'ping') this.#say(pong(req_id, us))
    else if (method === 'subscribe') for (const symbol of params.symbol) this.#subscribe(String(symbol), req_id, us)
    else this.#say(JSON.stringify({ error: 'Malformed request', method: 'error', req_id, success: false }))
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
  }

  /** The client is gone. */
  terminate(): void {
    this.#closed.abort()
  }

  /** The exchange closes the connection. */
  close(reason: string): void {
    if (this.#closed.signal.aborted) return
    this.#closed.abort()
    this.#o.handlers.closed(reason)
  }

  #subscribe(pair: string, id: unknown, us: number): void {
    if (!this.#o.trades(pair)) {
      this.#say(refused(pair, id, us))
      return
    }
    this.#say(subscribed(pair, id, us))
    const { market } = this.#o
    const last = market.lastId(pair, us)
    const first = Math.max(1, last - SNAPSHOT_TRADES + 1)
    this.#sent.set(pair, last)
    if (last > 0)
      this.#say(
        tradeMessage(
          pair,
          'snapshot',
          range(first, last).map(i => market.trade(pair, i)),
        ),
      )
  }

  async #run(): Promise<void> {
    const { clock, tickMs } = this.#o
    while (!this.#closed.signal.aborted) {
      await clock.sleep(tickMs, this.#closed.signal)
      if (this.#closed.signal.aborted) return
      this.#sendTrades()
      if (clock.now() - this.#sentAt >= HEARTBEAT_MS) this.#say(HEARTBEAT)
      this.#flush()
    }
  }

  #sendTrades(): void {
    const { market, time } = this.#o
    const us = Math.floor(time.now() * 1000)
    for (const [pair, sent] of this.#sent) {
      const last = market.lastId(pair, us)
      for (let from = sent + 1; from <= last; from += MESSAGE_TRADES_MAX) {
        const ids = range(from, Math.min(last, from + MESSAGE_TRADES_MAX - 1))
        this.#say(
          tradeMessage(
            pair,
            'update',
            ids.map(id => market.trade(pair, id)),
          ),
        )
      }
      this.#sent.set(pair, Math.max(sent, last))
    }
  }

  #say(text: string): void {
    this.#sentAt = this.#o.clock.now()
    switch (this.#o.faults.next(SOCKET_FAULTS)) {
      case 'drop':
        return
      case 'duplicate':
        this.#outbox.push(text, text)
        break
      case 'reorder':
        if (this.#late !== undefined) this.#outbox.push(this.#late)
        this.#late = text
        return
      case 'gap':
        this.#outbox.push(withoutSomeTrades(text))
        break
      case 'malformed':
        this.#outbox.push(text.slice(0, Math.ceil(text.length / 2)))
        break
      case 'stall':
        this.#stalledUntil = this.#o.clock.now() + STALL_MS
        this.#outbox.push(text)
        break
      case 'half-open':
        this.#deaf = true
        break
      case 'disconnect':
        this.close('connection reset (simulated)')
        return
      case 'drip':
        this.#dripping = DRIP_MESSAGES
        this.#outbox.push(text)
        break
      case 'maintenance':
        this.#outbox.push(statusMessage('maintenance'), text)
        break
      default:
        this.#outbox.push(text)
    }
    if (this.#late !== undefined) this.#outbox.push(this.#late)
    this.#late = undefined
    this.#flush()
  }

  #flush(): void {
    if (this.#paused || this.#deaf || this.#o.clock.now() < this.#stalledUntil) return
    const count = this.#dripping > 0 ? 1 : this.#outbox.length
    this.#dripping = Math.max(0, this.#dripping - 1)
    for (const text of this.#outbox.splice(0, count)) if (!this.#closed.signal.aborted) this.#o.handlers.message(text)
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Takes every second trade out of a message; others stay as they are. */
function withoutSomeTrades(text: string): string {
  const [head, data] = text.split('"data":[')
  if (!head?.includes('"trade"') || data === undefined) return text
  const rows = data.slice(0, -2).split('},{')
  if (rows.length < 2) return text
  const kept = rows.map(row => row.replace(/^{|}$/g, '')).filter((_, i) => i % 2 === 0)
  return `${head}"data":[${kept.map(row => `{${row}}`).join(',')}]}`
}
