import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import type { Registry } from 'prom-client'

export interface Health {
  /** @returns why the service is not ready, undefined when it is. */
  ready(): string | undefined
  readonly metrics: Registry
  /** Told of errors in answering, of which the client learns nothing. */
  report(error: unknown): void
}

/** @returns whether the request is its own, and answered or going to be. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => boolean

export interface HttpExtension {
  /** For what is not a plain request, such as upgrades to WebSockets. */
  readonly server: Server
  /** Asked before health and metrics. */
  serve(handler: HttpHandler): void
}

const LIMITS = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  // How often the two above are looked at; Node's default is every 30 s.
  connectionsCheckingInterval: 1000,
}
const HEADERS_MAX = 100
const CONNECTIONS_MAX = 100
/** Of a connection on which nothing moves, such as one whose answer is not read. */
const SILENCE_MS = 30_000
const EVERYWHERE = ['0.0.0.0', '::']

/**
 * Serves /healthz (the process lives), /readyz (503 and the reason while it is not ready) and /metrics (Prometheus).
 * @throws Error when the port is taken
 */
export async function serveHealth(
  health: Health,
  port: number,
  host: string,
): Promise<{ extension: HttpExtension; url: string }> {
  const handlers: HttpHandler[] = []
  const server = createServer(LIMITS, (request, response) => {
    respond(health, handlers, request, response).catch(error => {
      health.report(error)
      if (!response.headersSent) json(response, 500, { error: 'internal error' })
      else response.destroy()
    })
  })
  server.maxConnections = CONNECTIONS_MAX
  server.maxHeadersCount = HEADERS_MAX
  server.timeout = SILENCE_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const reachable = EVERYWHERE.includes(host) ? ownAddress() : host
  const name = reachable.includes(':') ? `[${reachable}]` : reachable
  const extension = { server, serve: (handler: HttpHandler) => void handlers.push(handler) }
  return { extension, url: `http://${name}:${(server.address() as AddressInfo).port}` }
}

/** Where others reach this host: Compose gives a container's name to its neighbours, Kubernetes a pod's to nobody. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap(of => of ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? hostname()
}

async function respond(
  health: Health,
  handlers: readonly HttpHandler[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isGet = request.method === 'GET' || request.method === 'HEAD'
  // What is not going to be read is not waited for either.
  if (hasBody(request)) response.shouldKeepAlive = false
  if (isGet && hasBody(request)) return json(response, 413, { error: 'a GET has no body' })
  if (handlers.some(handler => handler(request, response))) return
  if (!isGet) return json(response, 405, { error: 'only GET' })
  await answer(health, request, response)
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

async function answer({ ready, metrics }: Health, request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (request.url?.split('?')[0]) {
    case '/healthz':
      return json(response, 200, { status: 'alive' })
    case '/readyz': {
      const reason = ready()
      return reason === undefined ? json(response, 200, { ready: true }) : json(response, 503, { ready: false, reason })
    }
    case '/metrics': {
      const text = await metrics.metrics()
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text)
      return
    }
    default:
      return json(response, 404, { error: 'not found', paths: ['/healthz', '/readyz', '/metrics'] })
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}

/** Ends idle connections too, so that a scraper's keep-alive does not hold up the shutdown. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}
