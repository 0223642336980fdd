import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { SimulatedExchange } from './index.ts'

export interface Served {
  readonly wsUrl: string
  readonly restUrl: string
  close(): Promise<void>
}

/** Puts a simulated exchange on a port: `/v2` is the WebSocket, `/0/public/…` the REST interface. */
export async function serve(exchange: SimulatedExchange, port = 0, host = '127.0.0.1'): Promise<Served> {
  const http = createServer((request, response) => {
    void exchange
      .get(`http://${host}${request.url ?? '/'}`, new AbortController().signal)
      .then(({ status, text }) => response.writeHead(status, { 'content-type': 'application/json' }).end(text))
  })
  const sockets = new WebSocketServer({ server: http, path: '/v2' })
  sockets.on('connection', ws => {
    const session = exchange.connect('', {
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
    wsUrl: `ws://${host}:${bound}/v2`,
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
