import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

export interface Relay {
  /** URL for `EXCHANGE_WS_URL`. */
  readonly url: string
  /** Closes every connection through the relay, on both sides. */
  cut(): void
  close(): void
}

/** A WebSocket relay between the ingestor and an exchange, so that the connection to a real exchange can be cut. */
export async function startRelay(exchangeUrl: string): Promise<Relay> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  server.on('connection', client => {
    const exchange = new WebSocket(exchangeUrl)
    const unsent: string[] = []
    client.on('message', data => {
      if (exchange.readyState === WebSocket.OPEN) exchange.send(String(data))
      else unsent.push(String(data))
    })
    exchange.on('open', () => {
      for (const text of unsent.splice(0)) exchange.send(text)
    })
    exchange.on('message', data => client.send(String(data)))
    for (const [one, other] of [
      [client, exchange],
      [exchange, client],
    ] as const) {
      one.on('close', () => other.terminate())
      one.on('error', () => other.terminate())
    }
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      for (const client of server.clients) client.terminate()
    },
    close: () => {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}
