import type { JoinOptions, Log, LogRecord, Membership, PartitionReader, TransactionalProducer } from '../log.ts'
import { createClient, type KafkaLogOptions } from './client.ts'
import { ReadCluster } from './cluster.ts'
import { Fetcher } from './fetcher.ts'
import { KafkaGroups } from './groups.ts'
import { joinGroup } from './membership.ts'
import { OutgoingBatches } from './outgoing-batches.ts'
import { transactionalProducer } from './producer.ts'
import { readRange } from './range.ts'
import { KafkaTopics } from './topics.ts'

const SESSION_TIMEOUT_MS = 6000
/** The leader's refresh is what notices new partitions: well before anybody writes to them (`TAKE_UP_MS`). */
const GROUP_METADATA_MAX_AGE_MS = 500

/** The log on Apache Kafka, Redpanda or whatever speaks their protocol. Connects at the first use. */
export function kafkaLog(options: KafkaLogOptions): Log {
  const kafka = createClient(options)
  const warn = (message: string, error: unknown) => options.report?.('warn', message, { error })
  const topics = new KafkaTopics(kafka, warn)
  const groups = new KafkaGroups(kafka)
  // Ranges have connections of their own: a broker answers one request of a connection after the other, and
  // they would queue behind the fetcher's long polls.
  const ranges = new ReadCluster(kafka)
  const streaming = new ReadCluster(kafka)
  const fetcher = new Fetcher(streaming, error => warn('Cannot fetch, trying again', error))
  const members = new Set<Membership>()
  return {
    topics,
    reader: (topic, partition, from, wake): PartitionReader => fetcher.reader(topic, partition, from, wake),
    read: (topic, partition, from, to): AsyncIterable<readonly LogRecord[]> =>
      readRange(ranges, topic, partition, from, to),
    offsets: (topic, partition) => ranges.offsets(topic, partition),
    outgoing: () => new OutgoingBatches(),
    producer: (transactionalId): Promise<TransactionalProducer> => transactionalProducer(kafka, transactionalId),
    async join(join: JoinOptions): Promise<Membership> {
      const { sessionTimeoutMs = SESSION_TIMEOUT_MS } = options
      const settings = { sessionTimeoutMs, metadataMaxAgeMs: GROUP_METADATA_MAX_AGE_MS, report: warn }
      const member = await joinGroup(kafka, topics, join, settings)
      members.add(member)
      return member
    },
    describeGroup: group => groups.describe(group),
    async close(): Promise<void> {
      fetcher.close()
      await Promise.all([...members].map(m => m.leave()))
      await Promise.all([topics.close(), groups.close(), ranges.close(), streaming.close()])
    },
  }
}
