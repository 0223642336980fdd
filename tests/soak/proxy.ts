import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A Kafka request on its way to the broker: the client's id and the API key. */
export interface Request {
  readonly clientId: string
  readonly apiKey: number
}

export const END_TXN = 26
const HEADER_BYTES = 14

/** A TCP proxy in front of a broker that delays, stalls and cuts connections on command. */
export class FaultyProxy {
  readonly #server: Server
  readonly #links = new Set<Link>()
  #stalled = false
  #target = 0
  /** Delay in each direction, ms. */
  delayMs = 0
  /** Called before each request is forwarded; returning false drops the request. */
  onRequest: ((request: Request) => boolean) | undefined

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', client => this.#link(client))
  }

  static async listen(): Promise<FaultyProxy> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new FaultyProxy(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Forwards connections from now on to this port. */
  leadTo(port: number): void {
    this.#target = port
  }

  /** Stops forwarding until {@link resume}: on some connections only, or on all, including new ones. */
  stall(which?: () => boolean): void {
    this.#stalled = which === undefined
    for (const link of this.#links) if (!which || which()) link.stall()
  }

  /** Forwards the stalled bytes, including those of clients that have disconnected meanwhile. */
  resume(): void {
    this.#stalled = false
    for (const link of this.#links) link.resume()
  }

  /** Closes connections abruptly, in the middle of requests and responses. */
  cut(which: () => boolean = () => true): void {
    for (const link of [...this.#links]) if (which()) link.end()
  }

  async close(): Promise<void> {
    this.#server.close()
    this.cut()
    await once(this.#server, 'close')
  }

  #link(client: Socket): void {
    const link = new Link(client, connect({ port: this.#target, host: '127.0.0.1' }), {
      passes: chunk => this.#passes(chunk),
      delayMs: () => this.delayMs,
      ended: () => this.#links.delete(link),
    })
    this.#links.add(link)
    if (this.#stalled) link.stall()
  }

  /** A client sends one request at a time, so a chunk starts with the header of a request or continues its body. */
  #passes(chunk: Buffer): boolean {
    if (!this.onRequest || chunk.length < HEADER_BYTES) return true
    const length = chunk.readInt16BE(12)
    if (length < 0 || length > chunk.length - HEADER_BYTES) return true
    const clientId = chunk.toString('latin1', HEADER_BYTES, HEADER_BYTES + length)
    return this.onRequest({ clientId, apiKey: chunk.readInt16BE(4) })
  }
}

interface LinkEvents {
  passes(chunk: Buffer): boolean
  delayMs(): number
  ended(): void
}

/** A connection of a client and the matching one to the broker. */
class Link {
  readonly #client: Socket
  readonly #broker: Socket
  readonly #events: LinkEvents
  #stalled = false

  constructor(client: Socket, broker: Socket, events: LinkEvents) {
    this.#client = client
    this.#broker = broker
    this.#events = events
    this.#forward(client, broker, chunk => events.passes(chunk))
    this.#forward(broker, client, () => true)
  }

  stall(): void {
    this.#stalled = true
    this.#client.pause()
    this.#broker.pause()
  }

  resume(): void {
    this.#stalled = false
    this.#client.resume()
    this.#broker.resume()
  }

  end(): void {
    this.#client.destroy()
    this.#broker.destroy()
    this.#events.ended()
  }

  #forward(from: Socket, to: Socket, passes: (chunk: Buffer) => boolean): void {
    from.setNoDelay(true)
    const write = (chunk: Buffer) => {
      if (!to.write(chunk)) from.pause()
    }
    // Bytes sent while the proxy was slow must arrive before later ones.
    let arrived: Promise<unknown> | undefined
    from.on('data', chunk => {
      if (!passes(chunk)) return
      const ms = this.#events.delayMs()
      if (ms === 0 && !arrived) return write(chunk)
      const last = Promise.all([sleep(ms), arrived]).then(() => {
        write(chunk)
        if (arrived === last) arrived = undefined
      })
      arrived = last
    })
    to.on('drain', () => {
      if (!this.#stalled) from.resume()
    })
    // A side that has finished sending must not drop bytes that are still being forwarded.
    from.on('end', () => void Promise.resolve(arrived).then(() => to.end()))
    from.on('error', () => this.end())
    from.on('close', () => {
      if (to.destroyed) this.#events.ended()
    })
  }
}
