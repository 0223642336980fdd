import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, ConsumerGroupJoinEvent, Kafka, PartitionAssigner } from 'kafkajs'
import type { GroupOffsets, JoinOptions, Membership, TopicAdmin } from '../log.ts'
import { asDenied, asTopicDenied, hasType, isDenied } from './errors.ts'
import { encodeAssignment, encodeMember, memberOf, topicsOf } from './group-protocol.ts'

const PROTOCOL = 'candlewick-sticky-by-load'
const RESTART_MS = 500
/** Wait between attempts while we lack the right to the group. */
const DENIED_MS = 5000

export interface GroupSettings {
  readonly sessionTimeoutMs: number
  readonly metadataMaxAgeMs: number
  report(message: string, error: unknown): void
}

/**
 * Joins a consumer group with kafkajs's consumer. Only its membership is used: it pauses every partition before its first
 * fetch. Our own readers read the records, so a rebalance does not disturb a task that stays.
 */
export async function joinGroup(
  kafka: Kafka,
  topics: TopicAdmin,
  options: JoinOptions,
  settings: GroupSettings,
): Promise<Membership> {
  const member = new GroupMember(kafka, topics, options, settings)
  await member.start()
  return member
}

class GroupMember implements Membership {
  readonly #kafka: Kafka
  readonly #topics: TopicAdmin
  readonly #options: JoinOptions
  readonly #settings: GroupSettings
  #consumer: Consumer | undefined
  #left = false

  constructor(kafka: Kafka, topics: TopicAdmin, options: JoinOptions, settings: GroupSettings) {
    this.#kafka = kafka
    this.#topics = topics
    this.#options = options
    this.#settings = settings
  }

  async start(): Promise<void> {
    const { group, topics, onHeartbeat } = this.#options
    const { sessionTimeoutMs, metadataMaxAgeMs } = this.#settings
    const consumer = this.#kafka.consumer({
      groupId: group,
      partitionAssigners: [({ cluster }) => this.#assigner(() => cluster.refreshMetadata())],
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: 10_000,
      heartbeatInterval: Math.min(500, sessionTimeoutMs / 3),
      maxWaitTimeInMs: 100,
      // The leader's refresh notices new partitions.
      metadataMaxAge: metadataMaxAgeMs,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 8 },
    })
    this.#consumer = consumer
    consumer.on('consumer.group_join', event => this.#joined(consumer, event))
    consumer.on('consumer.heartbeat', ({ payload }) => onHeartbeat(payload.groupGenerationId))
    consumer.on('consumer.crash', ({ payload }) => {
      // A broker's first group, and every group after a broker's restart, has to wait until its coordinator has loaded.
      if (!hasType(payload.error, 'GROUP_LOAD_IN_PROGRESS'))
        this.#settings.report(
          `Lost the membership of group ${group}, joining again`,
          asDenied(asTopicDenied(payload.error, 'describe'), 'GROUP_AUTHORIZATION_FAILED', `read group ${group}`),
        )
      if (!payload.restart) void this.#restart(consumer, isDenied(payload.error) ? DENIED_MS : RESTART_MS)
    })
    try {
      await consumer.connect()
      await consumer.subscribe({ topics: [...topics], fromBeginning: true })
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} })
    } catch (error) {
      await consumer.disconnect().catch(() => {})
      throw asTopicDenied(error, 'describe')
    }
  }

  async commit(positions: GroupOffsets['positions']): Promise<void> {
    await this.#consumer?.commitOffsets(positions.map(({ offset, ...one }) => ({ ...one, offset: String(offset) })))
  }

  async leave(): Promise<void> {
    this.#left = true
    await this.#consumer?.disconnect()
  }

  /** Runs before the first fetch: a partition that is paused here is never fetched. */
  #joined(consumer: Consumer, { payload }: ConsumerGroupJoinEvent): void {
    const { topics, onAssigned } = this.#options
    if (consumer !== this.#consumer || this.#left) return
    const { memberAssignment } = payload
    consumer.pause(Object.entries(memberAssignment).map(([topic, partitions]) => ({ topic, partitions })))
    onAssigned(memberAssignment[topics[0] ?? ''] ?? [])
  }

  async #restart(consumer: Consumer, waitMs: number): Promise<void> {
    while (!this.#left && consumer === this.#consumer) {
      await sleep(waitMs)
      await consumer.disconnect().catch(() => {})
      if (this.#left) return
      await this.start().catch(error => {
        this.#settings.report(`Cannot join group ${this.#options.group}, trying again`, error)
        this.#consumer = consumer
      })
    }
  }

  #assigner(refresh: () => Promise<void>): ReturnType<PartitionAssigner> {
    const { topics } = this.#options
    return {
      name: PROTOCOL,
      version: 1,
      protocol: () => ({ name: PROTOCOL, metadata: encodeMember(topics, this.#options.data()) }),
      assign: async ({ members }) => {
        const plan = this.#options.assign(await this.#growCompanions(refresh), members.map(memberOf))
        // Assign by each member's own topics: members of another kind may share the group until they are refused.
        return members.map(member => ({
          memberId: member.memberId,
          memberAssignment: encodeAssignment(topicsOf(member), plan.get(member.memberId) ?? []),
        }))
      },
    }
  }

  /** Grows the companions before any of the input's new partitions is used (rule 17). @returns the input's partition count. */
  async #growCompanions(refresh: () => Promise<void>): Promise<number> {
    const { topics, companions } = this.#options
    const input = topics[0] ?? ''
    const counts = await this.#topics.partitions([input, ...companions])
    const count = counts.get(input) ?? 0
    const short = companions.filter(topic => (counts.get(topic) ?? 0) < count)
    for (const topic of short) await this.#topics.grow(topic, count)
    if (short.length > 0) await refresh()
    return count
  }
}
