import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A request of the Kafka protocol on its way to the broker: who sends it, and its number in the protocol. */
export interface Request {
  readonly clientId: string
  readonly apiKey: number
}

export const END_TXN = 26
const HEADER_BYTES = 14

/** A TCP proxy before a broker that slows down, stalls and cuts connections on command. */
export class FaultyProxy {
  readonly #server: Server
  readonly #links = new Set<Link>()
  #stalled = false
  #target = 0
  /** How long everything takes in each direction, ms. */
  delayMs = 0
  /** Looks at each request before it is passed on; one for which it answers false never arrives. */
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

  /** Connections from now on go to this port. */
  leadTo(port: number): void {
    this.#target = port
  }

  /** Until {@link resume} nothing goes through some of the connections, or else through any, new ones included. */
  stall(which?: () => boolean): void {
    this.#stalled = which === undefined
    for (const link of this.#links) if (!which || which()) link.stall()
  }

  /** What was held up goes on its way, also that of clients that have given up meanwhile. */
  resume(): void {
    this.#stalled = false
    for (const link of this.#links) link.resume()
  }

  /** Cuts connections, in the middle of whatever they carry. */
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

  /** A client sends one request at a time, so that a chunk begins with a request's header or goes on with its body. */
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

/** One client's connection and the one to the broker that belongs to it. */
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
    // What was sent while it was slow arrives before what is sent when it is not.
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
    // A side that has said all leaves what is under way to the other one.
    from.on('end', () => void Promise.resolve(arrived).then(() => to.end()))
    from.on('error', () => this.end())
    from.on('close', () => {
      if (to.destroyed) this.#events.ended()
    })
  }
}
