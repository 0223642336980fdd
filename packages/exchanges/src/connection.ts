import type { Clock } from './clock.ts'
import type { Dialect, FeedMessage } from './exchange.ts'
import type { Connect, Socket } from './socket.ts'

export interface ConnectionOptions {
  readonly dialect: Dialect
  readonly url: string
  readonly pairs: readonly string[]
  readonly connect: Connect
  readonly clock: Clock
  readonly signal: AbortSignal
  /** A message's meaning and when it arrived (monotonic ms). */
  onMessage(message: FeedMessage, at: number): void
}

const OPEN_MS_MAX = 10_000
const ACKNOWLEDGE_MS_MAX = 10_000
/** A refused pair is asked for again, in case that the exchange was only busy. */
const ASK_AGAIN_MS = 60_000

/** One socket's life, from dialling to the reason of its end. It never throws: how it ends is data. */
export class Connection {
  readonly #o: ConnectionOptions
  readonly #ended = new AbortController()
  readonly #asked = new Map<string, number>()
  #socket: Socket | undefined
  #reason = 'stopped'
  #lastAt: number
  #paused = false
  #requests = 0
  #opened = false

  constructor(options: ConnectionOptions) {
    this.#o = options
    this.#lastAt = options.clock.now()
  }

  /** @returns why the connection ended. */
  async run(): Promise<string> {
    const { url, connect, signal } = this.#o
    const stop = () => this.end('stopped')
    signal.addEventListener('abort', stop)
    try {
      this.#socket = connect(url, {
        open: () => this.#open(),
        message: text => this.#read(text),
        closed: reason => this.end(reason),
      })
      await Promise.all([this.#watch(), this.#ping()])
    } catch (error) {
      this.end(error instanceof Error ? error.message : String(error))
    }
    signal.removeEventListener('abort', stop)
    this.#socket?.terminate()
    return this.#reason
  }

  end(reason: string): void {
    if (this.#ended.signal.aborted) return
    this.#reason = reason
    this.#ended.abort()
  }

  pause(): void {
    this.#paused = true
    this.#socket?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#lastAt = this.#o.clock.now()
    this.#socket?.resume()
  }

  #open(): void {
    this.#lastAt = this.#o.clock.now()
    this.#opened = true
    this.#subscribe(this.#o.pairs)
    if (this.#paused) this.#socket?.pause()
  }

  #subscribe(pairs: readonly string[]): void {
    for (const pair of pairs) this.#asked.set(pair, this.#o.clock.now())
    this.#socket?.send(this.#o.dialect.subscribe(pairs, ++this.#requests))
  }

  #read(text: string): void {
    if (this.#ended.signal.aborted) return
    const at = this.#o.clock.now()
    this.#lastAt = at
    try {
      for (const message of this.#o.dialect.read(text)) this.#take(message, at)
    } catch (error) {
      // What it may have held is not known, so that the connection cannot be trusted any more.
      this.end(`malformed message: ${error instanceof Error ? error.message : error}: ${text.slice(0, 200)}`)
    }
  }

  #take(message: FeedMessage, at: number): void {
    if (message.type === 'subscribed') this.#asked.delete(message.pair)
    if (message.type === 'refused') {
      if (message.pair === null) {
        this.end(`refused: ${message.error}`)
        return
      }
      this.#asked.delete(message.pair)
      void this.#askAgain(message.pair)
    }
    this.#o.onMessage(message, at)
  }

  async #askAgain(pair: string): Promise<void> {
    await this.#o.clock.sleep(ASK_AGAIN_MS, this.#ended.signal)
    if (!this.#ended.signal.aborted) this.#subscribe([pair])
  }

  /** Ends the connection when it stays silent, does not open, or leaves a subscription unanswered. */
  async #watch(): Promise<void> {
    const { clock, dialect } = this.#o
    while (!this.#ended.signal.aborted) {
      const silent = clock.now() - this.#lastAt
      const limit = this.#opened ? dialect.silenceMs : OPEN_MS_MAX
      const unanswered = [...this.#asked].filter(([, since]) => clock.now() - since >= ACKNOWLEDGE_MS_MAX)
      if (this.#paused) this.#lastAt = clock.now()
      else if (silent >= limit) this.end(this.#opened ? `silent for ${limit} ms` : `no connection within ${limit} ms`)
      else if (unanswered.length > 0)
        this.end(`subscription not acknowledged: ${unanswered.map(([pair]) => pair).join(', ')}`)
      await clock.sleep(Math.max(1, Math.min(limit - silent, 1000)), this.#ended.signal)
    }
  }

  async #ping(): Promise<void> {
    const { clock, dialect } = this.#o
    while (!this.#ended.signal.aborted) {
      await clock.sleep(dialect.ping.everyMs, this.#ended.signal)
      if (this.#opened && !this.#ended.signal.aborted) this.#socket?.send(dialect.ping.message(++this.#requests))
    }
  }
}
