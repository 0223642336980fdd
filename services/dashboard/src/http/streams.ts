import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ServiceContext } from '@candlewick/service'
import { type WebSocket, WebSocketServer } from 'ws'
import type { MarketEvent } from '../market/market.ts'
import { type Hosts, misdirected } from './hosts.ts'
import type { Origins } from './origins.ts'
import { BadQuery, readQuery } from './query.ts'
import { type Channel, channelsOf, STREAM_PATH, StreamQuery } from './stream-query.ts'

/** What a client has not read yet; beyond it the client is dropped. */
const UNREAD_BYTES_MAX = 1 << 20
const LAST_WORD_MS = 5000
const PING_MS = 15_000
const TRY_AGAIN_LATER = 1013
const CHANNEL_OF = { row: 'rows', candle: 'candles', live: 'live' } as const satisfies Record<
  MarketEvent['type'],
  Channel
>

/** Who may connect. */
export interface Doors {
  readonly origins: Origins
  readonly hosts: Hosts
}

interface Client {
  readonly socket: WebSocket
  readonly channels: ReadonlySet<Channel>
  readonly pair: string | undefined
  readonly interval: string | undefined
  alive: boolean
}

/** The WebSocket streams: each client gets what it has asked for, and is dropped when it does not keep up. */
export class Streams {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 1024 })
  readonly #clients = new Set<Client>()
  readonly #most: number
  readonly #doors: Doors
  readonly #logger: ServiceContext['logger']
  readonly #pinging = setInterval(() => this.#ping(), PING_MS)

  constructor(http: Server, most: number, doors: Doors, logger: ServiceContext['logger']) {
    this.#most = most
    this.#doors = doors
    this.#logger = logger
    http.maxConnections += most
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  publish(event: MarketEvent): void {
    const { pair, interval } = event.data
    const wants = (client: Client) => (client.pair ?? pair) === pair && (client.interval ?? interval) === interval
    this.#send(CHANNEL_OF[event.type], event.type, () => event.data, wants)
  }

  /** @param make is called only if somebody wants it */
  publishState(type: 'pairs' | 'pipeline', make: () => object): void {
    this.#send(type, type, make, () => true)
  }

  close(): void {
    clearInterval(this.#pinging)
    for (const { socket } of this.#clients) socket.close(1001, 'the dashboard stops')
    this.#server.close()
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
    this.#logger.warn({ unread }, 'A client of the stream does not keep up and is dropped')
    client.socket.close(TRY_AGAIN_LATER, `too slow: ${unread} bytes are unread`)
    setTimeout(() => client.socket.terminate(), LAST_WORD_MS).unref()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const { pathname, searchParams } = URL.parse(request.url ?? '/', 'http://localhost') ?? {}
    if (pathname === undefined) refuse(socket, '400 Bad Request', 'the path cannot be read')
    else if (!this.#doors.hosts.allows(request.headers.host))
      refuse(socket, '421 Misdirected Request', misdirected(request.headers.host))
    else if (pathname !== STREAM_PATH) refuse(socket, '404 Not Found', `the stream is ${STREAM_PATH}`)
    else if (!this.#doors.origins.allow(request)) refuse(socket, '403 Forbidden', 'the origin is not in CORS_ORIGINS')
    else if (this.#clients.size >= this.#most)
      refuse(socket, '503 Service Unavailable', `${this.#most} clients are connected, and no more may be`)
    else this.#accept(request, socket, head, searchParams ?? new URLSearchParams())
  }

  #accept(request: IncomingMessage, socket: Duplex, head: Buffer, searchParams: URLSearchParams): void {
    try {
      const { channels, pair, interval } = readQuery(StreamQuery, searchParams)
      this.#server.handleUpgrade(request, socket, head, ws =>
        this.#add({ socket: ws, channels: channelsOf(channels), pair, interval, alive: true }),
      )
    } catch (error) {
      if (!(error instanceof BadQuery)) throw error
      refuse(socket, '400 Bad Request', error.message)
    }
  }

  #add(client: Client): void {
    this.#clients.add(client)
    client.socket.on('close', () => this.#clients.delete(client))
    client.socket.on('error', () => client.socket.terminate())
    client.socket.on('pong', () => {
      client.alive = true
    })
  }

  #ping(): void {
    for (const client of this.#clients) {
      if (!client.alive) client.socket.terminate()
      client.alive = false
      client.socket.ping()
    }
  }
}

function refuse(socket: Duplex, status: string, error: string): void {
  const body = `${JSON.stringify({ error })}\n`
  const head = ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, 'connection: close']
  // Whoever does not close his side is not waited for.
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
