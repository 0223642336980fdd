import type { Log, LogRecord } from '@candlewick/kafka/log'
import { isGranted } from '../migration/epoch.ts'
import { type PastResidency, ResidencyHistories } from '../migration/residency-history.ts'
import type { WarmUp } from '../processor.ts'
import type { KeysToWarmUp } from '../state/key-table.ts'

interface Range {
  readonly start: number
  readonly end: number
}

/** @returns whether all keys were born in this partition, so that no other partition has older records of them. */
const areBornHere = <State>(keysToWarmUp: KeysToWarmUp<State>): boolean =>
  [...keysToWarmUp.values()].flat().every(({ epoch, from }) => epoch !== null && !isGranted(epoch) && from === null)

/**
 * @param partition of the keys, which is read up to `position`
 * @returns the retained range of each partition of the topic that the keys may have been in
 */
export async function rangesOf<State>(
  log: Log,
  topic: string,
  keysToWarmUp: KeysToWarmUp<State>,
  partition: number,
  position: number,
): Promise<ReadonlyMap<number, Range>> {
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  const partitions = areBornHere(keysToWarmUp) ? [partition] : Array.from({ length: count }, (_, p) => p)
  const ranges = new Map<number, Range>()
  for (const p of partitions) {
    const { start, end } = await log.offsets(topic, p)
    ranges.set(p, { start, end: p === partition ? position : end })
  }
  return ranges
}

/**
 * Gives the retained records of keys to the states that need warm-up, each key's oldest first, wherever the key was: one pass
 * over the partitions finds the residencies of the keys, then there is one pass for the first residency of each key, one for
 * the second, and so on. Memory grows with the keys and their residencies only. Nothing is published or written.
 * @param ranges to read of each partition of the topic
 * @returns how many records were taken; undefined when `isClosed` has stopped it
 */
export async function warmUp<State>(
  log: Log,
  topic: string,
  ranges: ReadonlyMap<number, Range>,
  keysToWarmUp: KeysToWarmUp<State>,
  { take }: WarmUp<State>,
  isClosed: () => boolean,
): Promise<number | undefined> {
  const residencies = new ResidencyHistories(new Set(keysToWarmUp.keys()))
  for (const [partition, { start, end }] of ranges)
    for await (const records of log.read(topic, partition, start, end)) {
      if (isClosed()) return undefined
      residencies.take(partition, records)
    }
  const histories = new Map([...keysToWarmUp.keys()].map(key => [key, residencies.of(key)]))
  const rounds = Math.max(0, ...[...histories.values()].map(history => history.length))
  let taken = 0
  for (let round = 0; round < rounds; round++)
    for (const { partition, from, to, keys } of byPartition(histories, round))
      for await (const records of log.read(topic, partition, from, to)) {
        if (isClosed()) return undefined
        for (const record of records) {
          if (!isWithin(keys.get(record.key ?? ''), record)) continue
          for (const { held } of keysToWarmUp.get(record.key!)!) take(held.state, record)
          taken++
        }
      }
  return taken
}

const isWithin = (residency: PastResidency | undefined, { offset, headers }: LogRecord): boolean =>
  residency !== undefined && offset >= residency.from && offset < residency.to && headers?.control === undefined

/** @returns the range of each partition that the round has to read, and the residencies of its keys. */
function byPartition(histories: ReadonlyMap<string, readonly PastResidency[]>, round: number) {
  const found = new Map<number, { partition: number; from: number; to: number; keys: Map<string, PastResidency> }>()
  for (const [key, history] of histories) {
    const residency = history[round]
    if (!residency) continue
    const { partition, from, to } = residency
    const known = found.get(partition) ?? { partition, from, to, keys: new Map<string, PastResidency>() }
    known.keys.set(key, residency)
    found.set(partition, { ...known, from: Math.min(known.from, from), to: Math.max(known.to, to) })
  }
  return found.values()
}
