import websocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { STREAM_RESPONSES } from './openapi.ts'
import type { Origins } from './origins.ts'
import { STREAM_PATH, StreamQuery } from './stream-query.ts'
import type { Streams } from './streams.ts'

/** The longest message that a client may send. It is short, because clients' messages are not read. */
const MESSAGE_BYTES_MAX = 1024

/** Lets the server upgrade connections to WebSockets; on any other path than the stream's it refuses them. */
export async function addWebSockets(app: FastifyInstance, { limit }: Streams): Promise<void> {
  app.server.maxConnections += limit
  await app.register(websocket, { options: { maxPayload: MESSAGE_BYTES_MAX } })
  app.addHook('onRequest', ({ ws, url }, reply, done) => {
    if (!ws || url.split('?')[0] === STREAM_PATH) done()
    else if (!URL.canParse(url, 'http://localhost')) reply.code(400).send({ error: 'the path cannot be read' })
    else reply.code(404).send({ error: `the stream is ${STREAM_PATH}` })
  })
}

/** Adds the stream of rows and candles, which sends them as they are published. */
export function addStream(app: FastifyInstance, streams: Streams, origins: Origins): void {
  app.route({
    method: 'GET',
    url: STREAM_PATH,
    schema: {
      summary: 'A WebSocket: what is published, as it is published',
      description:
        'Each message is JSON with `type` (`row`, `candle`, `live`, `provisional`, `pairs` or `pipeline`) and `data`. ' +
        '`provisional` has the values that the indicators would have if the candle in progress ended now. What the client ' +
        'sends is not read. A client that does not keep up is closed with code 1013 and the reason.',
      querystring: StreamQuery,
      response: STREAM_RESPONSES,
    },
    onRequest: (request, reply, done) => {
      if (!origins.allow(request.headers)) reply.code(403).send({ error: 'the origin is not in CORS_ORIGINS' })
      else if (request.ws && streams.isFull) {
        streams.refused.add()
        reply.code(503).send({ error: `${streams.limit} clients are connected, and no more may be` })
      } else done()
    },
    handler: (_, reply) => reply.code(426).header('upgrade', 'websocket').send({ error: 'this is a WebSocket' }),
    wsHandler: (socket, request) => streams.add(socket, request.query as StreamQuery),
  })
}
