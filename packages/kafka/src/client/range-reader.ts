import { setTimeout as sleep } from 'node:timers/promises'
import type { FetchedPartition } from '../apis/fetch-v11.ts'
import { type LogRecord, OffsetOutOfRange } from '../log.ts'
import { KeyInterner } from '../memory/key-interner.ts'
import { decodeBatches, nextOffset } from '../wire/record-batch-reader.ts'
import { ErrorCodes, fetchError } from './errors.ts'
import type { ReadClient } from './read-client.ts'

const STALE_METADATA: readonly number[] = ErrorCodes.STALE_METADATA
const WAIT_MS = 20
/** A longer wait after a fetch without records: a broker with a slow disk also answers without records. */
const WAIT_AGAIN_MS = 200
const RETRY_MS = 50
/** Attempts without any progress before the caller gets an error: about ten seconds. */
const MOST_ATTEMPTS = 200
/** After this many fetches without records, although the broker could return the whole range, the range counts as read. */
const EMPTY_FETCHES = 3

/**
 * Reads the committed records of [from, to) of a partition, a chunk a fetch.
 *
 * Offsets at the end of the range may have no records: compaction removes them, and Redpanda's transaction fence takes
 * an offset that it never delivers. The range therefore also ends after a few fetches without records if the last stable
 * offset is at or past `to`.
 * @throws OffsetOutOfRange, Denied, or Error when the broker does not answer for ten seconds
 */
export async function* readRange(
  client: ReadClient,
  topic: string,
  partition: number,
  from: number,
  to: number,
): AsyncGenerator<readonly LogRecord[]> {
  const keys = new KeyInterner()
  let next = from
  let empty = 0
  for (let attempt = 0; next < to; attempt++) {
    if (attempt > MOST_ATTEMPTS) throw new Error(`No more records of ${topic}/${partition} at offset ${next} of ${to}`)
    const fetched = await fetchOnce(client, { topic, partition, from: next }, empty === 0 ? WAIT_MS : WAIT_AGAIN_MS)
    if (!fetched) {
      await sleep(RETRY_MS)
      await client.recover()
      continue
    }
    const after = nextOffset(fetched.data, next)
    if (after > next) {
      const records = [...decodeBatches(fetched.data, next, fetched.aborted, keys)]
      next = after
      attempt = 0
      empty = 0
      yield next > to ? records.filter(r => r.offset < to) : records
    } else if (fetched.lastStableOffset >= to && ++empty === EMPTY_FETCHES) return
  }
}

/** @returns undefined if the leader is unknown or has changed. @throws errors that another attempt cannot resolve */
async function fetchOnce(
  client: ReadClient,
  at: { readonly topic: string; readonly partition: number; readonly from: number },
  waitMs: number,
): Promise<FetchedPartition | undefined> {
  const { topic, partition, from } = at
  const [leader] = (await client.leaders([at])).keys()
  if (leader === undefined) return undefined
  const [fetched] = (await client.fetch(leader, [at], waitMs)).partitions
  if (!fetched || STALE_METADATA.includes(fetched.errorCode)) return undefined
  if (fetched.errorCode === ErrorCodes.OFFSET_OUT_OF_RANGE)
    throw new OffsetOutOfRange(topic, partition, from, (await client.offsets(topic, partition)).start)
  if (fetched.errorCode !== ErrorCodes.NONE) throw fetchError(topic, partition, fetched.errorCode)
  return fetched
}
