import { lookup } from 'node:dns/promises'
import type { AddressInfo } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type preParsingHookHandler,
} from 'fastify'
import { ConfigError, type Problem } from './config-error.ts'
import { HTTP_LIMITS } from './http-limits.ts'
import type { CommonConfig } from './variables.ts'

const EVERYWHERE = ['0.0.0.0', '::']

type Address = Pick<CommonConfig, 'HTTP_PORT' | 'HTTP_HOST'>

const json = (body: unknown): string => `${JSON.stringify(body)}\n`
/**
 * Without these, Fastify loads Ajv and fast-json-stringify into every service (5 MB), and no route here uses them: routes
 * with a schema set zod's validator, and the schemas of answers only describe what was checked before.
 */
const COMPILERS = {
  buildValidator: () => () => {
    throw new Error('a route with a schema needs a validator of its own')
  },
  buildSerializer: () => () => json,
}

export interface HttpEvents {
  /** Called when a request could not be answered. The client receives no details of the error. */
  failed(error: unknown): void
  /** Called when a connection was closed at once, because the limit is reached. */
  dropped(): void
}

/**
 * Creates a server within the limits and without routes. It refuses bodies, and methods that no route accepts. It answers with
 * JSON; errors are `{"error": reason}`.
 */
export function httpServer({ failed, dropped }: HttpEvents): FastifyInstance {
  const app = fastify({
    http: {
      maxHeaderSize: HTTP_LIMITS.headerBytes,
      headersTimeout: HTTP_LIMITS.headerMs,
      connectionsCheckingInterval: HTTP_LIMITS.checkMs,
    },
    requestTimeout: HTTP_LIMITS.requestMs,
    keepAliveTimeout: HTTP_LIMITS.idleMs,
    connectionTimeout: HTTP_LIMITS.silenceMs,
    bodyLimit: HTTP_LIMITS.bodyBytes,
    // A scraper's keep-alive must not hold up the shutdown.
    forceCloseConnections: true,
    frameworkErrors: refuseUnreadable,
    schemaController: { compilersFactory: COMPILERS },
  })
  app.server.maxConnections = HTTP_LIMITS.connections
  app.server.on('drop', dropped)
  app.server.maxHeadersCount = HTTP_LIMITS.headerFields
  app.setReplySerializer(json)
  app.addHook('onRequest', (_, reply, done) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    done()
  })
  app.addHook('preParsing', refuseWhatNothingTakes)
  app.setErrorHandler((error: FastifyError, _, reply) => {
    const { statusCode = 500, message } = error
    if (statusCode < 500) return reply.code(statusCode).send({ error: message })
    failed(error)
    return reply.code(500).send({ error: 'internal error' })
  })
  return app
}

/** Closes the connection of an upgrade with an invalid path. Fastify runs no hooks for such a request and would leave the connection open. */
function refuseUnreadable(_: FastifyError, { raw: { socket } }: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('finish', () => socket.destroy())
  reply.code(400).send({ error: 'the path cannot be read' })
}

const refuseWhatNothingTakes: preParsingHookHandler = (request, reply, _, done) => {
  const isGet = request.method === 'GET' || request.method === 'HEAD'
  const body = hasBody(request)
  // The body is not going to be read, so the connection is of no further use.
  if (body) reply.header('connection', 'close')
  if (isGet && body) reply.code(413).send({ error: 'a GET has no body' })
  else if (!isGet && request.is404) reply.code(405).header('allow', 'GET, HEAD').send({ error: 'only GET' })
  else done()
}

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/**
 * Listens at one address: the first address of the host name.
 * @returns the URL at which other hosts reach the server
 * @throws ConfigError for a host that is not this machine's, and for a port that is taken; its cause is Node's error
 */
export async function listen(app: FastifyInstance, { HTTP_PORT: port, HTTP_HOST: host }: Address): Promise<string> {
  try {
    const { address } = await lookup(host)
    await app.listen({ port, host: address })
  } catch (error) {
    throw new ConfigError([problemOf(error as NodeJS.ErrnoException, { HTTP_PORT: port, HTTP_HOST: host })], {
      cause: error,
    })
  }
  const reachable = EVERYWHERE.includes(host) ? ownAddress() : host
  const name = reachable.includes(':') ? `[${reachable}]` : reachable
  return `http://${name}:${(app.server.address() as AddressInfo).port}`
}

function problemOf({ code, message }: NodeJS.ErrnoException, { HTTP_PORT, HTTP_HOST }: Address): Problem {
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    const problem = `cannot be opened (${message}): use another port, or 0 for a free one`
    return { variable: 'HTTP_PORT', value: String(HTTP_PORT), problem }
  }
  const problem = `is not an address of this machine (${message}): use 127.0.0.1 or 0.0.0.0`
  return { variable: 'HTTP_HOST', value: HTTP_HOST, problem }
}

/** An address that other hosts can reach. Other hosts know a container's name in Compose, but not a pod's name in Kubernetes. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap(of => of ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? hostname()
}
