import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Api } from '../../src/apis/api.ts'
import { Connection } from '../../src/client/connection.ts'
import type { KafkaBroker, KafkaCluster } from '../../src/client/kafkajs.ts'
import { socketFactory } from '../../src/client/sockets.ts'
import { received } from '../../src/memory/buffer-pool.ts'

type KafkaJsConnection = KafkaBroker['connectionPool'] & {
  connect(): Promise<unknown>
  disconnect(): Promise<unknown>
}
const KafkaJsConnection = createRequire(import.meta.url)('kafkajs/src/network/connection') as new (
  options: object,
) => KafkaJsConnection
const KafkaJsConnectionPool = createRequire(import.meta.url)('kafkajs/src/network/connectionPool') as new (
  options: object,
) => { getConnection(index: number): Promise<unknown>; destroy(): Promise<unknown> }

/** A request of the bytes, answered by nothing but its correlation id. */
const api: Api<Buffer, string> = {
  name: 'ApiVersions',
  key: 18,
  version: 0,
  encode: bytes => [bytes],
  decode: payload => `a response of ${payload.length} bytes`,
}
const EMPTY_RESPONSE = 'a response of 0 bytes'
const responseTo = (correlationId: number) => Buffer.of(0, 0, 0, 4, 0, 0, 0, correlationId)

/** A connection of kafkajs to a broker whose socket is the test's. */
async function connected() {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const logger = { namespace: () => logger, debug() {}, warn() {}, error() {} }
  const { port } = server.address() as AddressInfo
  const theirs = new KafkaJsConnection({
    ...{ host: '127.0.0.1', port, socketFactory: socketFactory(), logger },
    ...{ connectionTimeout: 10_000, requestTimeout: 10_000 },
  })
  const accepted = once(server, 'connection') as Promise<[Socket]>
  await theirs.connect()
  const [socket] = await accepted
  const supported = { minVersion: 0, maxVersion: 3 }
  const broker = { connectionPool: theirs, versions: { [api.key]: supported }, brokerAddress: 'kafka:9092' }
  const connection = new Connection({} as KafkaCluster)
  const send = <R>(bytes: Buffer, of: Api<Buffer, R>) => connection.send(broker as unknown as KafkaBroker, of, bytes)
  return { send, disconnect: () => theirs.disconnect(), socket }
}

it('accepts no request once it is closing, and waits for those in flight', async () => {
  const { send, disconnect, socket } = await connected()
  const first = send(Buffer.alloc(0), api)
  await once(socket, 'data')
  const ended = disconnect()
  await expect(send(Buffer.alloc(0), api)).rejects.toThrow('Not connected')
  socket.write(responseTo(0))
  expect(await first).toBe(EMPTY_RESPONSE)
  await ended
})

it('names a broker that does not support the version of a request', async () => {
  const { send, disconnect } = await connected()
  await expect(send(Buffer.alloc(0), { ...api, version: 4 })).rejects.toThrow(
    'Broker kafka:9092 does not support version 4 of ApiVersions',
  )
  await disconnect()
})

it('passes a response on without copying it', async () => {
  const { send, disconnect, socket } = await connected()
  const bytes = 10_000
  for (const correlationId of [0, 1]) {
    const response = Buffer.alloc(8 + bytes)
    response.writeInt32BE(4 + bytes)
    response.writeInt32BE(correlationId, 4)
    const sent = send(Buffer.alloc(0), { ...api, decode: payload => payload })
    await once(socket, 'data')
    socket.write(response)
    const payload = await sent
    expect(payload).toHaveLength(bytes)
    // The response is the pool's own memory, which the next user of the pool receives.
    received.give(payload)
    const next = received.take(response.length)
    expect(next.buffer === payload.buffer).toBe(true)
    received.give(next)
  }
  await disconnect()
})

it('runs no timer while nothing is pending', async () => {
  const { send, disconnect, socket } = await connected()
  const sent = send(Buffer.alloc(0), api)
  await once(socket, 'data')
  socket.write(responseTo(0))
  await sent
  const timers = vi.spyOn(globalThis, 'setTimeout')
  await sleep(50)
  expect(timers).not.toHaveBeenCalled()
  timers.mockRestore()
  await disconnect()
})

it('reuses the memory of a request only after it is answered', async () => {
  const { send, disconnect, socket } = await connected()
  const bytes = 8 << 20 // more than the sockets hold, so that some of it waits in this process
  const arrivedBytes: Buffer[] = []
  const sent = [1, 2].map(filling => send(Buffer.alloc(bytes, filling), api))
  socket.on('data', chunk => arrivedBytes.push(chunk))
  const arrived = async (requests: number) => {
    const wanted = () => arrivedBytes.reduce((sum, { length }) => sum + length, 0) >= requests * bytes
    while (!wanted()) await once(socket, 'data')
  }
  await arrived(2)
  socket.write(Buffer.concat([responseTo(0), responseTo(1)]))
  await Promise.all(sent)
  sent.push(send(Buffer.alloc(bytes, 3), api))
  await arrived(3)
  socket.write(responseTo(2))
  expect(await Promise.all(sent)).toEqual([EMPTY_RESPONSE, EMPTY_RESPONSE, EMPTY_RESPONSE])
  await disconnect()

  const stream = Buffer.concat(arrivedBytes)
  const headerBytes = stream.length / 3 - bytes
  const payloads = [0, 1, 2].map(i =>
    stream.subarray(i * (bytes + headerBytes) + headerBytes, (i + 1) * (bytes + headerBytes)),
  )
  for (const [i, payload] of payloads.entries()) expect(payload.equals(Buffer.alloc(bytes, i + 1))).toBe(true)
})

it('opens one socket for two requests at once, and closes it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  let accepted = 0
  server.on('connection', () => accepted++)
  const logger = { namespace: () => logger, debug() {}, warn() {}, error() {} }
  const { port } = server.address() as AddressInfo
  const pool = new KafkaJsConnectionPool({
    ...{ host: '127.0.0.1', port, socketFactory: socketFactory(), logger },
    ...{ connectionTimeout: 10_000, requestTimeout: 10_000 },
  })
  await Promise.all([pool.getConnection(1), pool.getConnection(1)])
  await pool.destroy()
  // A second connection would have been accepted by now.
  await sleep(50)
  expect(accepted).toBe(1)
})
