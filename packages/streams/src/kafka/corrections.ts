import { createRequire } from 'node:module'
import type * as KafkaJs from 'kafkajs'
import { decodeFetchResponse } from './fetch-response.ts'

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

// Fetch: decoded by us, for speed (several objects and BigInts a record), for its read-committed filter (records of
// aborted transactions get through when two producers abort), and because one partition's error fails them all.
// Nothing else fetches: the group's consumer keeps every partition paused.
replace('protocol/requests/fetch/v11/response', {
  decode: async (raw: Buffer) => decodeFetchResponse(raw),
  parse: async (response: unknown) => response,
})

// `eosManager` retries by `cluster.retry`, which does not exist: InitProducerId over an open transaction then gives
// up after five tries.
const cluster = internal('cluster') as { prototype: { retry?: KafkaJs.RetryOptions } }
cluster.prototype.retry = { initialRetryTime: 20, factor: 0.2, multiplier: 1.3, maxRetryTime: 300, retries: 60 }

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
