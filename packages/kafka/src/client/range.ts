import { setTimeout as sleep } from 'node:timers/promises'
import { type LogRecord, OffsetOutOfRange } from '../log.ts'
import { KeyIndex } from '../memory/key-interner.ts'
import { decodeBatches, nextOffset } from '../wire/record-batch.ts'
import type { ReadCluster } from './cluster.ts'
import { FetchErrors, fetchError } from './errors.ts'

const STALE_METADATA: readonly number[] = FetchErrors.STALE_METADATA
const WAIT_MS = 20
const RETRY_MS = 50
/** Tries without any progress before the caller is told: about ten seconds. */
const MOST_TRIES = 200

/**
 * The committed records of [from, to) of a partition, a chunk a fetch.
 * @throws OffsetOutOfRange, or Error when the broker does not answer for long
 */
export async function* readRange(
  cluster: ReadCluster,
  topic: string,
  partition: number,
  from: number,
  to: number,
): AsyncGenerator<readonly LogRecord[]> {
  const keys = new KeyIndex()
  let next = from
  for (let tries = 0; next < to; tries++) {
    if (tries > MOST_TRIES) throw new Error(`No more records of ${topic}/${partition} at offset ${next} of ${to}`)
    const request = { topic, partition, from: next }
    const [leader] = (await cluster.leaders([request])).keys()
    const fetched = leader === undefined ? undefined : (await cluster.fetch(leader, [request], WAIT_MS)).partitions[0]
    if (fetched?.errorCode === FetchErrors.OFFSET_OUT_OF_RANGE)
      throw new OffsetOutOfRange(topic, partition, next, (await cluster.offsets(topic, partition)).start)
    if (fetched && fetched.errorCode !== 0 && !STALE_METADATA.includes(fetched.errorCode))
      throw fetchError(topic, partition, fetched.errorCode)
    if (fetched?.errorCode !== 0) {
      await sleep(RETRY_MS)
      await cluster.refresh()
      continue
    }
    const records = [...decodeBatches(fetched.data, next, fetched.aborted, keys)]
    const after = nextOffset(fetched.data, next)
    if (after > next) tries = 0
    next = after
    yield next > to ? records.filter(r => r.offset < to) : records
  }
}
