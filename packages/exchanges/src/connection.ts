import type { Clock } from '@candlewick/clock'
import type { Dialect, FeedMessage } from './exchange.ts'
import { ListeningTime } from './listening-time.ts'
import type { Connect, Socket } from './socket.ts'
import { Subscriptions } from './subscriptions.ts'

/** A message of a connection. In place of request numbers it has pairs, and in place of sequence numbers it reports lost messages. */
export type ConnectionMessage =
  | Exclude<FeedMessage, { type: 'answered' | 'sequence' | 'unreadable' }>
  /**
   * The exchange sent trades of a pair that was not requested; they are dropped. `silent` lists the granted pairs without
   * a trade since then, or on this connection at all: the dropped trades may belong to one of them under another name.
   */
  | {
      readonly type: 'unrequested'
      readonly pair: string
      readonly trades: number
      readonly silent: readonly string[]
    }
  /** Messages were lost or unreadable; `problem` says why they were unreadable. */
  | {
      readonly type: 'missed'
      readonly pairs: readonly string[]
      readonly messages: number
      readonly problem?: string
    }

export interface ConnectionOptions {
  readonly dialect: Dialect
  readonly url: string
  readonly pairs: readonly string[]
  readonly connect: Connect
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called with each message and the time of its arrival (monotonic ms). */
  onMessage(message: ConnectionMessage, at: number): void
}

/** How a connection ended; `planned` when it was replaced because of its age. */
export interface End {
  readonly reason: string
  readonly planned: boolean
}

const OPEN_MS_MAX = 10_000
const ACKNOWLEDGE_MS_MAX = 10_000
const CHECK_MS_MAX = 1000
/** A refused pair is subscribed to again, because the exchange may only have been busy. */
const RETRY_MS = 60_000

/** One socket from dialling to its end. It never throws: `run` returns the reason why it ended. */
export class Connection {
  readonly #o: ConnectionOptions
  readonly #ended = new AbortController()
  readonly #startedAt: number
  readonly #subscriptions: Subscriptions
  readonly #listening: ListeningTime
  #socket: Socket | undefined
  #end: End = { reason: 'stopped', planned: false }
  /** The listening time at the last message (ms). */
  #lastMessageMs = 0
  #paused = false
  #requests = 0
  #opened = false
  #sequence: number | undefined
  /** The requests being sent, one after the other, no faster than the exchange allows. */
  #sending: Promise<void> = Promise.resolve()

  constructor(options: ConnectionOptions) {
    this.#o = options
    this.#subscriptions = new Subscriptions(options.pairs)
    this.#listening = new ListeningTime(options.clock)
    this.#startedAt = options.clock.now()
  }

  async run(): Promise<End> {
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
    return this.#end
  }

  end(reason: string, planned = false): void {
    if (this.#ended.signal.aborted) return
    this.#end = { reason, planned }
    this.#ended.abort()
  }

  pause(): void {
    this.#paused = true
    this.#listening.paused = true
    this.#socket?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#listening.paused = false
    this.#socket?.resume()
  }

  #open(): void {
    const { dialect, pairs } = this.#o
    this.#lastMessageMs = this.#listening.ms
    this.#opened = true
    for (const text of dialect.opening ?? []) this.#send(() => text)
    this.#subscribe(pairs)
    if (this.#paused) this.#socket?.pause()
  }

  #subscribe(pairs: readonly string[]): void {
    const { dialect } = this.#o
    for (let from = 0; from < pairs.length; from += dialect.pairsPerRequest) {
      const some = pairs.slice(from, from + dialect.pairsPerRequest)
      this.#send(() => {
        const request = ++this.#requests
        this.#subscriptions.request(some, request, this.#listening.ms)
        return dialect.subscribe(some, request)
      })
    }
  }

  #send(text: () => string): void {
    const { clock, dialect } = this.#o
    this.#sending = this.#sending.then(async () => {
      if (this.#ended.signal.aborted) return
      this.#socket?.send(text())
      if (dialect.requestEveryMs > 0) await clock.sleep(dialect.requestEveryMs, this.#ended.signal)
    })
  }

  #read(text: string): void {
    if (this.#ended.signal.aborted) return
    const at = this.#o.clock.now()
    this.#lastMessageMs = this.#listening.ms
    try {
      for (const message of this.#o.dialect.read(text)) this.#take(message, text, at)
    } catch (error) {
      // After a truncated frame no further data of this connection can be trusted, so a new one is opened.
      this.end(`malformed message: ${error instanceof Error ? error.message : error}: ${text.slice(0, 200)}`)
    }
  }

  #take(message: FeedMessage, text: string, at: number): void {
    if (message.type === 'sequence') this.#count(message.number, at)
    else if (message.type === 'answered') this.#answered(message.request, message.error, at)
    else if (message.type === 'subscribed') this.#grant(message.pair, message.exchange_ms, at)
    else if (message.type === 'refused') this.#refuse(message.pair, message.error, at)
    else if (message.type === 'unreadable') this.#missed(1, at, `${message.problem}: ${text.slice(0, 200)}`)
    else if (message.type === 'trades') {
      const trades = this.#requested(message.trades, at)
      if (trades.length > 0 || message.trades.length === 0) this.#o.onMessage({ ...message, trades }, at)
    } else if (message.type === 'rejected') {
      const trades = this.#requested(message.trades, at)
      if (trades.length > 0) this.#o.onMessage({ ...message, trades }, at)
    } else this.#o.onMessage(message, at)
  }

  /** Drops and reports rows of pairs that were not requested. Trades of a requested pair count as its acknowledgement. */
  #requested<Row extends { readonly pair: string | null }>(received: readonly Row[], at: number): readonly Row[] {
    const { rows, unrequested, started } = this.#subscriptions.sift(received)
    for (const pair of started) this.#grant(pair, null, at)
    for (const [pair, trades] of unrequested)
      this.#o.onMessage({ type: 'unrequested', pair, trades, silent: this.#subscriptions.silent }, at)
    return rows
  }

  #count(number: number, at: number): void {
    const messages = number - (this.#sequence ?? number - 1) - 1
    this.#sequence = Math.max(number, this.#sequence ?? 0)
    if (messages > 0) this.#missed(messages, at)
  }

  /** The lost messages may be about any pair of the connection. */
  #missed(messages: number, at: number, problem?: string): void {
    const pairs = this.#subscriptions.granted
    this.#o.onMessage({ type: 'missed', pairs, messages, ...(problem !== undefined && { problem }) }, at)
  }

  #answered(request: number, error: string | null, at: number): void {
    for (const pair of this.#subscriptions.of(request))
      if (error === null) this.#grant(pair, null, at)
      else this.#refuse(pair, error, at)
  }

  #grant(pair: string, exchange_ms: number | null, at: number): void {
    if (this.#subscriptions.grant(pair)) this.#o.onMessage({ type: 'subscribed', pair, exchange_ms }, at)
  }

  #refuse(pair: string | null, error: string, at: number): void {
    if (!this.#subscriptions.has(pair)) {
      this.end(`refused: ${error}`)
      return
    }
    this.#subscriptions.refuse(pair)
    void this.#retry(pair)
    this.#o.onMessage({ type: 'refused', pair, error }, at)
  }

  async #retry(pair: string): Promise<void> {
    await this.#o.clock.sleep(RETRY_MS, this.#ended.signal)
    if (!this.#ended.signal.aborted && !this.#subscriptions.isGranted(pair)) this.#subscribe([pair])
  }

  /** Ends the connection when it stays silent, does not open, leaves subscriptions unanswered or is too old. */
  async #watch(): Promise<void> {
    const { clock, dialect } = this.#o
    const ageMax = dialect.connectionMsMax ?? Number.POSITIVE_INFINITY
    while (!this.#ended.signal.aborted) {
      const silent = this.#listening.passedMs - this.#lastMessageMs
      const limit = this.#opened ? dialect.silenceMs : OPEN_MS_MAX
      if (silent >= limit) this.end(this.#opened ? `silent for ${limit} ms` : `no connection within ${limit} ms`)
      else if (clock.now() - this.#startedAt >= ageMax) this.end('replaced, as the exchange ends old ones', true)
      else this.#checkAnswers()
      await this.#listening.wait(Math.max(1, Math.min(limit - silent, CHECK_MS_MAX)), this.#ended.signal)
    }
  }

  /** If no subscription at all is answered, the connection ends. If some are answered, the other pairs count as refused. */
  #checkAnswers(): void {
    const now = this.#o.clock.now()
    const late = this.#subscriptions.unansweredSince(this.#listening.passedMs - ACKNOWLEDGE_MS_MAX)
    if (late.length > 0 && this.#subscriptions.granted.length === 0)
      this.end(`subscription not acknowledged: ${late.join(', ')}`)
    else for (const pair of late) this.#refuse(pair, 'subscription not acknowledged', now)
  }

  async #ping(): Promise<void> {
    const { clock, dialect } = this.#o
    const { ping } = dialect
    if (!ping) return
    while (!this.#ended.signal.aborted) {
      await clock.sleep(ping.everyMs, this.#ended.signal)
      if (this.#opened && !this.#ended.signal.aborted) this.#send(() => ping.message(++this.#requests))
    }
  }
}
