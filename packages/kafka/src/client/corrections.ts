import { createRequire } from 'node:module'
import type * as KafkaJs from 'kafkajs'
import { decodeFetchResponse } from '../apis/fetch-response.ts'
import { encodeProduceRequest, type ProduceRequest } from '../apis/produce-request.ts'
import { written } from '../memory/buffer-pool.ts'
import { Writer } from '../wire/writer.ts'
import { isDenied } from './errors.ts'
import { onMonotonicTime } from './monotonic.ts'
import { nameTopics } from './name-topics.ts'
import { createSendMessages } from './send-messages.ts'

/**
 * What kafkajs 2.2.4 gets wrong, put right beside each other; each has a test in `test/kafka/`. Modules are replaced
 * before kafkajs is loaded, so everything that needs kafkajs's code takes it from here.
 */
const require = createRequire(import.meta.url)
const internal = (name: string) => require(`kafkajs/src/${name}`) as unknown

function replace(name: string, exports: unknown): void {
  const filename = require.resolve(`kafkajs/src/${name}`)
  require.cache[filename] = Object.assign(require.cache[filename] ?? {}, {
    id: filename,
    filename,
    loaded: true,
    exports,
  }) as NodeJS.Module
}

// An answer that denies something does not say which topic it is about.
nameTopics(internal)

// Fetch: decoded by us, for speed (several objects and BigInts a record), for its read-committed filter (records of
// aborted transactions get through when two producers abort), and because one partition's error fails them all.
// Nothing else fetches: the group's consumer keeps every partition paused.
replace('protocol/requests/fetch/v11/response', {
  decode: async (raw: Buffer) => decodeFetchResponse(raw),
  parse: async (response: unknown) => response,
})

// Produce: encoded by us, for speed (kafkajs makes an encoder of at least 512 bytes a record, and copies each record
// five times); versions 3 to 7 all go through this one. Nothing is compressed.
replace('protocol/requests/produce/v3/request', (request: ProduceRequest) => ({
  apiKey: 0,
  apiVersion: 3,
  apiName: 'Produce',
  expectResponse: () => request.acks !== 0,
  encode: async () => ({ buffers: encodeProduceRequest(request, Date.now()) }),
}))

// With several brokers, what is sent again after one's failure can be there twice or not at all; it also copies the array
// of a partition's messages for every message.
replace('producer/sendMessages', createSendMessages)

// A request is put behind its header by copying it twice, into buffers that are filled with zeros before. Large ones are in
// memory that is used again when they are answered.
const framed = new WeakMap<object, Buffer>()
replace('protocol/request', async ({ correlationId, clientId, request }: Framing) => {
  const encoded = await request.encode()
  const payload = 'buffers' in encoded ? encoded.buffers : [encoded.buffer]
  const payloadBytes = payload.reduce((sum, { length }) => sum + length, 0)
  const header = new Writer()
  header.int32(0)
  header.int16(request.apiKey)
  header.int16(request.apiVersion)
  header.int32(correlationId)
  header.string(clientId)
  header.int32At(0, header.at - 4 + payloadBytes)
  const buffer = written.take(header.at + payloadBytes)
  let at = 0
  for (const piece of [header.written(), ...payload]) at += piece.copy(buffer, at)
  framed.set(request, buffer)
  return { buffer }
})

interface Framing {
  readonly correlationId: number
  readonly clientId: string
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    /** kafkajs's requests are encoders, ours buffers to be put together. */
    encode(): Promise<{ readonly buffer: Buffer } | { readonly buffers: readonly Buffer[] }>
  }
}

// It measures by the wall clock: one that is set back by an hour ends the heartbeats and the refreshes of metadata for
// an hour, and one that is set forward times all requests out. In this order: each loads the ones before.
for (const name of [
  'network/requestQueue/socketRequest',
  'network/requestQueue',
  'cluster/brokerPool',
  'consumer/consumerGroup',
])
  replace(name, onMonotonicTime(require.resolve(`kafkajs/src/${name}`)))

// It joins what is received to whole answers, which our sockets have done already (`frames.ts`), by copying it.
const connection = internal('network/connection') as { prototype: Connection }
connection.prototype.processData = function takeAnswer(frame) {
  if (this.authHandlers) this.authHandlers.onSuccess(frame)
  else {
    const [size, correlationId, payload] = [frame.length - 4, frame.readInt32BE(4), frame.subarray(8)]
    this.requestQueue.fulfillRequest({ size, correlationId, payload })
  }
}

const { send } = connection.prototype
connection.prototype.send = async function givingBack(options) {
  const answer = await send.call(this, options)
  // Without an answer it may be waiting to be sent.
  if (answer !== undefined) written.give(framed.get(options.request)!)
  return answer
}

// One that is ending still takes requests, which nobody answers and nothing times out: who has sent one waits for ever.
connection.prototype.failIfNotConnected = function failIfEnding() {
  if (this.connectionStatus !== 'connected')
    throw new kafkajs.KafkaJSConnectionError('Not connected', { broker: this.broker })
}

interface Connection {
  readonly broker: string
  readonly connectionStatus: 'connected' | 'disconnecting' | 'disconnected'
  readonly authHandlers: { onSuccess(answer: Buffer): void } | null
  readonly requestQueue: { fulfillRequest(answer: object): void }
  processData(frame: Buffer): void
  failIfNotConnected(): void
  send(options: { readonly request: Framing['request'] }): Promise<unknown>
}

// `eosManager` retries by `cluster.retry`, which does not exist: InitProducerId over an open transaction then gives
// up after five tries.
const cluster = internal('cluster') as { prototype: { retry?: KafkaJs.RetryOptions } }
cluster.prototype.retry = { initialRetryTime: 20, factor: 0.2, multiplier: 1.3, maxRetryTime: 300, retries: 60 }

// It swallows why no broker has answered: that we may not ask is for good, and has to be told.
const pool = internal('cluster/brokerPool') as { prototype: BrokerPool }
const { withBroker, refreshMetadata } = pool.prototype
pool.prototype.withBroker = async function tellingDenial(callback) {
  let denied: unknown
  const answer = await withBroker.call(this, args =>
    callback(args).catch(error => {
      if (isDenied(error)) denied = error
      throw error
    }),
  )
  if (answer === null && denied) throw denied
  return answer
}

// Before it knows which topics it is about, it asks for all that the cluster has: thousands of them, for each task. The
// broker hands an array of less than two topics down as it is, so that the request knows ours from others' empty ones, which
// ask for all. Versions 5 and 6 go through this one.
const NO_TOPICS: readonly string[] = []
pool.prototype.refreshMetadata = function ofItsTopics(topics) {
  return refreshMetadata.call(this, topics.length > 0 ? topics : NO_TOPICS)
}
const METADATA = 'protocol/requests/metadata/v4/request'
const metadata = internal(METADATA) as (asked: { readonly topics: readonly string[] }) => Framing['request']
const noTopics = { encode: async () => ({ buffer: Buffer.alloc(5) }) } // their count, int32, and a boolean: create none
replace(METADATA, (asked: Parameters<typeof metadata>[0]) => ({
  ...metadata(asked),
  ...(asked.topics === NO_TOPICS && noTopics),
}))

interface BrokerPool {
  withBroker(callback: (args: unknown) => Promise<unknown>): Promise<unknown>
  refreshMetadata(topics: readonly string[]): Promise<void>
}

// A connection with nothing pending schedules a timer of a negative time for ever: 3% of a core when idle.
const queue = internal('network/requestQueue') as {
  prototype: { pending: unknown[]; scheduleCheckPendingRequests(): void }
}
const schedule = queue.prototype.scheduleCheckPendingRequests
queue.prototype.scheduleCheckPendingRequests = function scheduleWhenPending() {
  if (this.pending.length > 0) schedule.call(this)
}

/** kafkajs, corrected. */
export const kafkajs = require('kafkajs') as typeof KafkaJs
