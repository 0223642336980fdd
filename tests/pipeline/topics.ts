import type { Log, LogRecord } from '@candlewick/streams'
import { Kafka, logLevel } from 'kafkajs'
import { vi } from 'vitest'

/** Every committed record of a topic, partition by partition, control records left out. */
export async function readTopic(log: Log, topic: string): Promise<LogRecord[]> {
  const found: LogRecord[] = []
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  for (let partition = 0; partition < count; partition++) {
    const { start, end } = await log.offsets(topic, partition)
    for await (const records of log.read(topic, partition, start, end))
      found.push(...records.filter(({ headers }) => !headers?.control))
  }
  return found
}

export const valuesOf = <T>(records: readonly LogRecord[]): T[] =>
  records.map(({ value }) => JSON.parse(String(value)) as T)

/** Waits until the group has committed that it has read all of the topic. */
export async function readToTheEnd(brokers: string, log: Log, groupId: string, topic: string): Promise<void> {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const check = async () => {
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
    for (const { partition, offset } of committed?.partitions ?? []) {
      const { end } = await log.offsets(topic, partition)
      if (Number(offset) !== end) throw new Error(`${groupId} is at ${offset} of ${end} in ${topic}/${partition}`)
    }
  }
  try {
    await vi.waitFor(check, { timeout: 120_000, interval: 100 })
  } finally {
    await admin.disconnect()
  }
}
