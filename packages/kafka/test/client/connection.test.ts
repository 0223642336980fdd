import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import '../../src/client/corrections.ts'
import { socketFactory } from '../../src/client/sockets.ts'

interface Connection {
  connect(): Promise<unknown>
  send(request: object): Promise<unknown>
  disconnect(): Promise<unknown>
}
const Connection = createRequire(import.meta.url)('kafkajs/src/network/connection') as new (
  options: object,
) => Connection

const requestOf = (buffer: Buffer) => ({
  request: { apiKey: 18, apiVersion: 0, apiName: 'ApiVersions', encode: async () => ({ buffer }) },
  response: { decode: async () => ({}), parse: async () => 'an answer' },
})

/** A broker's answer without content. */
const answerTo = (correlationId: number) => Buffer.of(0, 0, 0, 4, 0, 0, 0, correlationId)

async function connected(): Promise<{ connection: Connection; broker: Socket }> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const logger = { namespace: () => logger, debug() {}, warn() {}, error() {} }
  const { port } = server.address() as AddressInfo
  const connection = new Connection({
    ...{ host: '127.0.0.1', port, socketFactory: socketFactory(), logger },
    ...{ connectionTimeout: 10_000, requestTimeout: 10_000 },
  })
  const accepted = once(server, 'connection') as Promise<[Socket]>
  await connection.connect()
  const [broker] = await accepted
  return { connection, broker }
}

it('takes no request any more once it is ending, and waits for those that it has', async () => {
  const { connection, broker } = await connected()
  const first = connection.send(requestOf(Buffer.alloc(0)))
  await once(broker, 'data')
  const ended = connection.disconnect()
  await expect(connection.send(requestOf(Buffer.alloc(0)))).rejects.toThrow('Not connected')
  broker.write(answerTo(0))
  expect(await first).toBe('an answer')
  await ended
})

it('uses the memory of a request again when it is answered, not before it has left', async () => {
  const { connection, broker } = await connected()
  const bytes = 8 << 20 // more than the sockets hold, so that some of it waits here
  const received: Buffer[] = []
  const sent = [1, 2].map(filling => connection.send(requestOf(Buffer.alloc(bytes, filling))))
  broker.on('data', chunk => received.push(chunk))
  const arrived = async (requests: number) => {
    const wanted = () => received.reduce((sum, { length }) => sum + length, 0) >= requests * bytes
    while (!wanted()) await once(broker, 'data')
  }
  await arrived(2)
  broker.write(Buffer.concat([answerTo(0), answerTo(1)]))
  await Promise.all(sent)
  sent.push(connection.send(requestOf(Buffer.alloc(bytes, 3))))
  await arrived(3)
  broker.write(answerTo(2))
  await Promise.all(sent)
  await connection.disconnect()

  const stream = Buffer.concat(received)
  const headerBytes = stream.length / 3 - bytes
  const payloads = [0, 1, 2].map(i =>
    stream.subarray(i * (bytes + headerBytes) + headerBytes, (i + 1) * (bytes + headerBytes)),
  )
  for (const [i, payload] of payloads.entries()) expect(payload.equals(Buffer.alloc(bytes, i + 1))).toBe(true)
})
