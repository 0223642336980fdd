import type { Candle } from '@candlewick/market-data'
import type { ServiceContext } from '@candlewick/service'
import type { WebSocket } from '@fastify/websocket'
import type { Bounds, LeftOut } from '../bounds.ts'
import type { MarketEvent } from '../market/market.ts'
import type { Provisional } from '../market/provisional.ts'
import { type Channel, channelsOf, type StreamQuery } from './stream-query.ts'

/** A client with more unread data than this is dropped. */
const UNREAD_BYTES_MAX = 1 << 20
const LAST_WORD_MS = 5000
/** How long a stop waits for clients to close their side. */
const GOODBYE_MS = 1000
const PING_MS = 15_000
const TRY_AGAIN_LATER = 1013
const CHANNEL_OF = { row: 'rows', candle: 'candles', live: 'live' } as const satisfies Record<
  MarketEvent['type'],
  Channel
>

interface Client {
  readonly socket: WebSocket
  readonly channels: ReadonlySet<Channel>
  readonly pair: string | undefined
  readonly interval: string | undefined
  alive: boolean
}

const wantsOf =
  ({ pair, interval }: Pick<Candle, 'pair' | 'interval'>) =>
  (client: Client): boolean =>
    (client.pair ?? pair) === pair && (client.interval ?? interval) === interval

/** The clients of the WebSocket stream: each receives the channels that it asked for, and is dropped when it lags behind. */
export class Streams {
  readonly #clients = new Set<Client>()
  /** Maximum number of connected clients. */
  readonly limit: number
  /** Clients that were refused because of the limit. */
  readonly refused: LeftOut
  readonly #logger: ServiceContext['logger']
  readonly #pinging = setInterval(() => this.#ping(), PING_MS)

  constructor(limit: number, bounds: Bounds, logger: ServiceContext['logger']) {
    this.limit = limit
    this.refused = bounds.of('clients of the stream', `raise STREAM_CLIENTS_MAX (now ${limit})`)
    this.#logger = logger
  }

  get isFull(): boolean {
    return this.#clients.size >= this.limit
  }

  add(socket: WebSocket, { channels, pair, interval }: StreamQuery): void {
    const client: Client = { socket, channels: channelsOf(channels), pair, interval, alive: true }
    this.#clients.add(client)
    socket.on('close', () => this.#clients.delete(client))
    socket.on('error', () => socket.terminate())
    socket.on('pong', () => {
      client.alive = true
    })
  }

  publish(event: MarketEvent): void {
    this.#send(CHANNEL_OF[event.type], event.type, () => event.data, wantsOf(event.data))
  }

  /** Sends the provisional values of a candle in progress. @param make computes them; it is called only for a client that has asked */
  async publishProvisional(of: Pick<Candle, 'pair' | 'interval'>, make: () => Promise<Provisional | undefined>) {
    const wants = wantsOf(of)
    if (![...this.#clients].some(client => client.channels.has('provisional') && wants(client))) return
    const values = await make()
    if (values) this.#send('provisional', 'provisional', () => values, wants)
  }

  /** @param make builds the message; it is called only if a client has requested the channel */
  publishState(type: 'pairs' | 'pipeline', make: () => object): void {
    this.#send(type, type, make, () => true)
  }

  close(): void {
    clearInterval(this.#pinging)
    for (const { socket } of this.#clients) {
      socket.close(1001, 'the dashboard stops')
      setTimeout(() => socket.terminate(), GOODBYE_MS).unref()
    }
  }

  #send(channel: Channel, type: string, make: () => object, wants: (client: Client) => boolean): void {
    let text: string | undefined
    for (const client of this.#clients) {
      if (!client.channels.has(channel) || !wants(client)) continue
      if (client.socket.bufferedAmount > UNREAD_BYTES_MAX) this.#drop(client)
      else {
        text ??= JSON.stringify({ type, data: make() })
        client.socket.send(text)
      }
    }
  }

  #drop(client: Client): void {
    const unread = client.socket.bufferedAmount
    this.#clients.delete(client)
    this.#logger.warn({ unread }, 'Dropped a client of the stream because it does not read fast enough')
    client.socket.close(TRY_AGAIN_LATER, `too slow: ${unread} bytes are unread`)
    setTimeout(() => client.socket.terminate(), LAST_WORD_MS).unref()
  }

  #ping(): void {
    for (const client of this.#clients) {
      if (!client.alive) client.socket.terminate()
      client.alive = false
      client.socket.ping()
    }
  }
}
