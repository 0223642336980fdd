import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { ISocketFactory } from 'kafkajs'

/** The code of the error of a connection without TLS to a port that speaks it. */
export const TLS_WANTED = 'TLS_WANTED'
/** How a TLS alert begins: its type and the protocol's major version. */
const TLS_ALERT = [0x15, 0x03]
const KEEP_ALIVE_MS = 60_000

/**
 * Sockets to the brokers. Nagle's algorithm is on in kafkajs, which costs up to 40 ms a round trip.
 * @param tls asked at each connection, so that renewed certificates need no restart; absent: no TLS
 */
export function socketFactory(tls?: () => ConnectionOptions): ISocketFactory {
  return ({ host, port, onConnect }) => {
    const socket = tls
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...tls() }, onConnect)
      : noticingTls(connectTcp({ host, port }, onConnect))
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    return socket
  }
}

/** Kafka answers what is no TLS with an alert, which kafkajs takes for the length of an answer. */
function noticingTls(socket: Socket): Socket {
  return socket.once('data', ([type, major]) => {
    if (type === TLS_ALERT[0] && major === TLS_ALERT[1])
      socket.destroy(Object.assign(new Error('the port speaks TLS'), { code: TLS_WANTED }))
  })
}
