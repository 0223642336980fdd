import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import '../../src/kafka/corrections.ts'
import { socketFactory } from '../../src/kafka/sockets.ts'

interface Connection {
  connect(): Promise<unknown>
  send(request: object): Promise<unknown>
  disconnect(): Promise<unknown>
}
const Connection = createRequire(import.meta.url)('kafkajs/src/network/connection') as new (
  options: object,
) => Connection

const REQUEST = {
  request: { apiKey: 18, apiVersion: 0, apiName: 'ApiVersions', encode: async () => ({ buffer: Buffer.alloc(0) }) },
  response: { decode: async () => ({}), parse: async () => 'an answer' },
}

it('takes no request any more once it is ending, and waits for those that it has', async () => {
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

  const first = connection.send(REQUEST)
  await once(broker, 'data')
  const ended = connection.disconnect()
  await expect(connection.send(REQUEST)).rejects.toThrow('Not connected')
  broker.write(Buffer.of(0, 0, 0, 4, 0, 0, 0, 0))
  expect(await first).toBe('an answer')
  await ended
})
