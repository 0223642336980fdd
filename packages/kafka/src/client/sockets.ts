import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { ISocketFactory } from 'kafkajs'
import { Frames } from './frames.ts'

/** The code of the error of a connection without TLS to a port that speaks it. */
export const TLS_WANTED = 'TLS_WANTED'
/** How a TLS alert begins: its type and the protocol's major version. */
const TLS_ALERT = [0x15, 0x03]
const KEEP_ALIVE_MS = 60_000
/** Into this all sockets receive, one at a time: what comes is copied out of it at once. */
const RECEIVED = Buffer.allocUnsafeSlow(256 << 10)

/**
 * Sockets to the brokers, whose `data` events are whole answers. Nagle's algorithm is on in kafkajs, which costs up to
 * 40 ms a round trip.
 * @param tls asked at each connection, so that renewed certificates need no restart; absent: no TLS
 */
export function socketFactory(tls?: () => ConnectionOptions): ISocketFactory {
  return ({ host, port, onConnect }) => {
    const frames = new Frames(frame => socket.emit('data', frame))
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

function receive(socket: Socket, frames: Frames, received: Buffer): void {
  // Kafka answers what is no TLS with an alert, which would be taken for the length of an answer.
  if (received[0] === TLS_ALERT[0] && received[1] === TLS_ALERT[1] && socket.bytesRead === received.length)
    socket.destroy(Object.assign(new Error('the port speaks TLS'), { code: TLS_WANTED }))
  else
    try {
      frames.push(received)
    } catch (error) {
      socket.destroy(error as Error)
    }
}
