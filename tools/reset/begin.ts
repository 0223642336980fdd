import { hostname } from 'node:os'
import { Fenced, type Log, type OutRecord, positionRecord } from '@candlewick/streams'
import type { StreamNames } from './names.ts'
import { startOffset } from './start-offset.ts'

/** Key in a changelog. It begins like the changelog's own keys, which a restore leaves out. */
const KEY = '\u0000reset'

/**
 * Begins the changelog of a new group, in one transaction: a note of this reset, and the positions at which its tasks start, without
 * keys. Of two resets at the same time one finds the note of the other, or is fenced by it.
 * @param fromMs Unix ms; undefined: the group starts with the oldest records, and no position is written
 * @throws Error if another reset or a service has begun the changelog
 */
export async function begin(
  log: Log,
  names: StreamNames,
  fromMs: number | undefined,
  report: (line: string) => void,
): Promise<void> {
  const { group, changelog } = names
  const { records, lines } = fromMs === undefined ? { records: [], lines: [] } : await positions(log, names, fromMs)
  const producer = await log.producer(`${group}-reset`)
  try {
    await refuseBegun(log, names)
    const note = JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() })
    await producer.transact([{ topic: changelog.name, partition: 0, key: KEY, value: note }, ...records])
  } catch (error) {
    throw error instanceof Fenced ? taken(group, 'another reset runs at the same time') : error
  } finally {
    await producer.close()
  }
  for (const line of lines) report(line)
}

const taken = (group: string, why: string): Error =>
  new Error(
    `${why}, and has taken the name ${group}. No variable is changed: look at the file of variables, then run the command again`,
  )

async function refuseBegun(log: Log, { group, changelog: { name } }: StreamNames): Promise<void> {
  const count = (await log.topics.partitions([name])).get(name) ?? 0
  let isBegun = false
  // Partition 0, which has the note, is read last: the other reset may commit while the partitions are read.
  for (let partition = count - 1; partition >= 0; partition--) {
    const { start, end } = await log.offsets(name, partition)
    for await (const records of log.read(name, partition, start, end)) {
      const note = records.find(({ key }) => key === KEY)?.value
      const { pid, host, since } = note ? JSON.parse(String(note)) : {}
      if (note) throw taken(group, `Another reset (process ${pid} on ${host}, ${since}) has begun ${name}`)
      isBegun ||= records.length > 0
    }
  }
  if (isBegun) throw taken(group, `A service has begun ${name}`)
}

async function positions(log: Log, { input, changelog }: StreamNames, fromMs: number) {
  const records: OutRecord[] = []
  const lines: string[] = []
  const count = (await log.topics.partitions([input])).get(input) ?? 0
  for (let partition = 0; partition < count; partition++) {
    const offset = await startOffset(log, input, partition, fromMs)
    const { start, end } = await log.offsets(input, partition)
    records.push(positionRecord(changelog.name, partition, { input: offset, handovers: 0 }))
    const kept = offset === start ? ', the oldest that is retained' : ''
    lines.push(`${input}/${partition}: starts at offset ${offset}${kept} (the partition ends at ${end})`)
  }
  return { records, lines }
}
