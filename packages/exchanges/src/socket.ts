import { WebSocket } from 'ws'

/** The part of a WebSocket that a feed needs. */
export interface Socket {
  send(text: string): void
  /** Stops reading, so that TCP makes the exchange wait. */
  pause(): void
  resume(): void
  /** Closes it at once, without waiting for the other side. */
  terminate(): void
}

export interface SocketHandlers {
  open(): void
  message(text: string): void
  /** Called once, with the reason, when the socket can no longer be used. */
  closed(reason: string): void
}

export type Connect = (url: string, handlers: SocketHandlers) => Socket

/** Opens a WebSocket over the network. It answers the server's pings by itself. */
export const connectWebSocket: Connect = (url, handlers) => {
  const ws = new WebSocket(url, { maxPayload: 16 * 1024 * 1024 })
  let error: string | undefined
  ws.on('open', () => handlers.open())
  ws.on('message', data => handlers.message(data.toString()))
  ws.on('error', e => {
    error = e.message || String(e)
  })
  ws.on('close', (code, reason) =>
    handlers.closed(error ?? `closed by the exchange (${code}${reason.length > 0 ? ` ${reason}` : ''})`),
  )
  return {
    send: text => {
      if (ws.readyState === WebSocket.OPEN) ws.send(text)
    },
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    terminate: () => ws.terminate(),
  }
}
