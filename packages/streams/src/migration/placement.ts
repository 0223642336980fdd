/** @returns the partition for a key's records in a topic that has `count` partitions. */
export type Place = (key: string, inputPartition: number, count: number) => number

/**
 * Time from when a new partition is first seen until it is used for routes. By then the groups that read the topic have assigned
 * it, so a key that moves there does not wait for a reader.
 */
export const TAKE_UP_MS = 1500

/**
 * Follows the key's input partition: outputs are as evenly spread as the input, without any global knowledge. A partition
 * of the output beyond the number of input partitions gets no keys.
 */
export const followInput: Place = (_key, inputPartition, count) => inputPartition % count

/** Chooses the partition that Java's default partitioner and `rpk` choose, by the key's hash. */
export const byMurmur2: Place = (key, _inputPartition, count) => (murmur2(Buffer.from(key)) & 0x7fffffff) % count

const SEED = 0x9747b28c
const M = 0x5bd1e995

/**
 * The 32-bit MurmurHash2 of Kafka's Java client (`org.apache.kafka.common.utils.Utils.murmur2`).
 * @returns a signed 32-bit integer.
 */
export function murmur2(data: Uint8Array): number {
  const length = data.length
  let h = SEED ^ length
  const at = (i: number) => data[i] ?? 0
  for (let i = 0; i + 4 <= length; i += 4) {
    let k = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24)
    k = Math.imul(k, M)
    k ^= k >>> 24
    h = Math.imul(h, M) ^ Math.imul(k, M)
  }
  const tail = length & ~3
  if (length - tail === 3) h ^= at(tail + 2) << 16
  if (length - tail >= 2) h ^= at(tail + 1) << 8
  if (length - tail >= 1) h = Math.imul(h ^ at(tail), M)
  h ^= h >>> 13
  h = Math.imul(h, M)
  return h ^ (h >>> 15)
}
