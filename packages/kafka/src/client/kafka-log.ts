import type { JoinOptions, Log, LogRecord, Membership, PartitionReader, TransactionalProducer } from '../log.ts'
import { BatchLimits } from './batch-limits.ts'
import { KafkaBrokerSettings } from './broker-settings.ts'
import { createClient, createCluster, type KafkaLogOptions } from './client.ts'
import { Fetcher } from './fetcher.ts'
import { joinGroup } from './group-member.ts'
import { KafkaGroups } from './groups.ts'
import { OutgoingBatches } from './outgoing-batches.ts'
import { readRange } from './range-reader.ts'
import { ReadClient } from './read-client.ts'
import { KafkaTopics } from './topics.ts'
import { transactionalProducer } from './transactional-producer.ts'

const SESSION_TIMEOUT_MS = 6000
/** Interval at which the group's leader looks for new partitions. It notices them well before writers use them (`TAKE_UP_MS`). */
const GROUP_METADATA_MAX_AGE_MS = 500
const READ_METADATA_MAX_AGE_MS = 2000
/** Producers notice new leaders by errors, and look unknown partitions up again. */
const PRODUCER_METADATA_MAX_AGE_MS = 60_000

/** The log on Apache Kafka, Redpanda or another broker that speaks Kafka's protocol. Connects at the first use. */
export function kafkaLog(options: KafkaLogOptions): Log {
  const kafka = createClient(options)
  const warn = (message: string, error: unknown) => options.report?.('warn', message, { error })
  const debug = (message: string, details: object) => options.report?.('debug', message, details)
  const topics = new KafkaTopics(kafka, warn)
  const groups = new KafkaGroups(kafka)
  const settings = new KafkaBrokerSettings(kafka, createCluster(options, READ_METADATA_MAX_AGE_MS))
  // Ranges have connections of their own: brokers answer the requests of a connection in order, so ranges would wait
  // for the fetcher's long polls.
  const ranges = new ReadClient(createCluster(options, READ_METADATA_MAX_AGE_MS))
  const streaming = new ReadClient(createCluster(options, READ_METADATA_MAX_AGE_MS))
  const fetcher = new Fetcher(streaming, error => warn('Cannot fetch, trying again', error))
  const limits = new BatchLimits()
  const members = new Set<Membership>()
  return {
    topics,
    settings,
    reader: (topic, partition, from, wake): PartitionReader => fetcher.reader(topic, partition, from, wake),
    read: (topic, partition, from, to): AsyncIterable<readonly LogRecord[]> =>
      readRange(ranges, topic, partition, from, to),
    offsets: (topic, partition) => ranges.offsets(topic, partition),
    topicId: topic => ranges.topicId(topic),
    outgoing: () => new OutgoingBatches(limits),
    producer: (transactionalId): Promise<TransactionalProducer> =>
      transactionalProducer(createCluster(options, PRODUCER_METADATA_MAX_AGE_MS), transactionalId, debug, limits),
    async join(join: JoinOptions): Promise<Membership> {
      const { sessionTimeoutMs = SESSION_TIMEOUT_MS } = options
      const settings = { sessionTimeoutMs, metadataMaxAgeMs: GROUP_METADATA_MAX_AGE_MS, report: warn }
      const member = await joinGroup(kafka, topics, join, settings)
      members.add(member)
      return member
    },
    another: name => kafkaLog({ ...options, clientId: `${options.clientId}-${name}` }),
    describeGroup: group => groups.describe(group),
    async close(): Promise<void> {
      fetcher.close()
      await Promise.all([...members].map(m => m.leave()))
      await Promise.all([topics.close(), groups.close(), settings.close(), ranges.close(), streaming.close()])
    },
  }
}
