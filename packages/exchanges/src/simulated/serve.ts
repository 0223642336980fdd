import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { ExchangeName } from '../exchanges.ts'
import { PROTOCOLS, type SimulatedExchange } from './index.ts'

export interface Served {
  /** URL of an exchange's WebSocket. All REST interfaces are at `restUrl`. */
  wsUrl(exchange: ExchangeName): string
  readonly restUrl: string
  close(): Promise<void>
}

/** Serves a simulated exchange on a port. The path selects the protocol. */
export async function serve(exchange: SimulatedExchange, port = 0, host = '127.0.0.1'): Promise<Served> {
  const http = createServer((request, response) => {
    void exchange
      .get(`http://${host}${request.url ?? '/'}`, new AbortController().signal)
      .catch(error => ({ status: 404, text: String(error), retryAfterMs: undefined }))
      .then(({ status, text, retryAfterMs }) => {
        if (retryAfterMs !== undefined) response.setHeader('retry-after', Math.ceil(retryAfterMs / 1000))
        response.writeHead(status, { 'content-type': 'application/json' }).end(text)
      })
  })
  const paths = Object.values(PROTOCOLS).map(({ wsPath }) => wsPath)
  const sockets = new WebSocketServer({
    server: http,
    verifyClient: ({ req }: { req: IncomingMessage }) => paths.includes(req.url?.split('?')[0] ?? ''),
  })
  sockets.on('connection', (ws, request) => {
    const session = exchange.connect(`ws://${host}${request.url}`, {
      open: () => {},
      message: text => ws.send(text),
      closed: () => ws.terminate(),
    })
    ws.on('message', data => session.send(data.toString()))
    ws.on('close', () => session.terminate())
  })
  http.listen(port, host)
  await once(http, 'listening')
  const { port: bound } = http.address() as AddressInfo
  return {
    wsUrl: name => `ws://${host}:${bound}${PROTOCOLS[name].wsPath}`,
    restUrl: `http://${host}:${bound}`,
    close: async () => {
      for (const ws of sockets.clients) ws.terminate()
      sockets.close()
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}
