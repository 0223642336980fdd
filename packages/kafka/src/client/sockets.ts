import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { ISocketFactory } from 'kafkajs'
import { FrameReader } from '../wire/frame-reader.ts'

/** The `code` of the error when a connection without TLS reaches a port that speaks TLS. */
export const TLS_WANTED = 'TLS_WANTED'
/** First bytes of a TLS alert: its type and the protocol's major version. */
const TLS_ALERT = [0x15, 0x03]
const KEEP_ALIVE_MS = 60_000
/** All sockets receive into this buffer, one at a time: the bytes are copied to their frame before the next one receives. */
const RECEIVED = Buffer.allocUnsafeSlow(256 << 10)

/**
 * Creates the sockets to the brokers. Each `data` event is one whole response, which kafkajs uses without copying it. Nagle's
 * algorithm, which kafkajs leaves on, would cost up to 40 ms for each round trip.
 * @param tls called for each connection, so that renewed certificates need no restart; absent: no TLS
 */
export function socketFactory(tls?: () => ConnectionOptions): ISocketFactory {
  return ({ host, port, onConnect }) => {
    const frames = new FrameReader(frame => socket.emit('data', frame))
    const onread: OnReadOpts = {
      buffer: RECEIVED,
      callback: bytes => {
        receive(socket, frames, RECEIVED.subarray(0, bytes))
        return true
      },
    }
    const to = { host, port, onread }
    const socket: Socket = tls
      ? connectTls({ ...to, ...(isIP(host) === 0 && { servername: host }), ...tls() } as ConnectionOptions, onConnect)
      : connectTcp(to, onConnect)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    return socket
  }
}

function receive(socket: Socket, frames: FrameReader, received: Buffer): void {
  // A TLS port answers plain text with an alert, whose first bytes would be read as the length of a response.
  if (received[0] === TLS_ALERT[0] && received[1] === TLS_ALERT[1] && socket.bytesRead === received.length)
    socket.destroy(Object.assign(new Error('the port speaks TLS'), { code: TLS_WANTED }))
  else
    try {
      frames.push(received)
    } catch (error) {
      socket.destroy(error as Error)
    }
}
