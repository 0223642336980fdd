import type { Clock } from '@candlewick/clock'
import type { GroupDescription, GroupOffsets, JoinOptions, Member, Membership } from '@candlewick/kafka/log'
import type { Faults } from './faults.ts'

/** How long a group waits for a silent member, and how often members speak. */
export interface Session {
  readonly timeoutMs: number
  readonly heartbeatMs: number
}

/** The parts of a cluster that a group uses. */
interface GroupCluster {
  readonly clock: Clock
  readonly session: Session
  partitions(topic: string): readonly unknown[]
  group(name: string): MemoryGroup
  grow(topic: string, count: number): void
  commitOffsets(offsets: GroupOffsets): void
}

interface GroupMember {
  readonly id: string
  readonly options: JoinOptions
  seenAt: number
  /** Runs a callback on the member's side: later, but in order. */
  deliver(call: () => void): void
  /** Answers a heartbeat, unless something is still to be delivered to the member. */
  answer(generation: number): void
}

/** The group coordinator: a new generation whenever members come or go or the input's partitions grow. */
export class MemoryGroup {
  readonly #cluster: GroupCluster
  readonly #members = new Map<string, GroupMember>()
  #plan: ReadonlyMap<string, readonly number[]> = new Map()
  #generation = 0
  #partitions = 0
  #joined = 0

  constructor(cluster: GroupCluster) {
    this.#cluster = cluster
  }

  newId(): string {
    return `member-${String(++this.#joined).padStart(6, '0')}`
  }

  join(member: GroupMember): void {
    member.seenAt = this.#cluster.clock.now()
    this.#members.set(member.id, member)
    this.#expire()
    this.rebalance()
  }

  leave(id: string): void {
    if (this.#members.delete(id)) this.rebalance()
  }

  /** Takes a member's heartbeat, and notices growth of the input and the end of other members' sessions. */
  heartbeat(member: GroupMember): void {
    if (!this.#members.has(member.id)) this.join(member)
    member.seenAt = this.#cluster.clock.now()
    const input = member.options.topics[0] ?? ''
    if (this.#expire() || this.#cluster.partitions(input).length !== this.#partitions) this.rebalance()
    member.answer(this.#generation)
  }

  rebalance(): void {
    const [leader] = this.#members.values()
    this.#generation++
    if (!leader) return
    const { topics, companions, assign } = leader.options
    this.#partitions = this.#cluster.partitions(topics[0] ?? '').length
    for (const topic of companions) this.#cluster.grow(topic, this.#partitions)
    const members = [...this.#members.values()]
    const plan = assign(
      this.#partitions,
      members.map((m): Member => ({ id: m.id, data: m.options.data() })),
    )
    this.#plan = plan
    for (const member of members) {
      const partitions = plan.get(member.id) ?? []
      member.deliver(() => member.options.onAssigned(partitions))
    }
  }

  describe(): Omit<GroupDescription, 'committed'> {
    const members = [...this.#members.values()].map(({ id, options }) => {
      const partitions = this.#plan.get(id) ?? []
      return { id, data: options.data(), assigned: Object.fromEntries(options.topics.map(t => [t, partitions])) }
    })
    return { state: members.length > 0 ? 'Stable' : 'Empty', members }
  }

  #expire(): boolean {
    const before = this.#members.size
    const { clock, session } = this.#cluster
    const oldest = clock.now() - session.timeoutMs
    for (const { id, seenAt } of this.#members.values()) if (seenAt < oldest) this.#members.delete(id)
    return this.#members.size < before
  }
}

/** A client's side of a membership: it joins, and sends heartbeats. */
export function joinMemoryGroup(
  cluster: GroupCluster,
  faults: Faults,
  options: JoinOptions,
  onLeave: () => void,
): Membership {
  const group = cluster.group(options.group)
  let left = false
  let delivered: Promise<void> = Promise.resolve()
  let undelivered = 0
  const member: GroupMember = {
    id: group.newId(),
    options,
    seenAt: 0,
    deliver: call => {
      undelivered++
      delivered = delivered
        .then(() => faults.step('deliver'))
        .then(() => {
          undelivered--
          if (!left) call()
        })
    },
    answer: generation => {
      if (undelivered === 0) options.onHeartbeat(generation)
    },
  }
  const beat = async () => {
    while (!left) {
      await faults.clock.sleep(cluster.session.heartbeatMs)
      const answered = await faults.step('heartbeat').then(
        () => true,
        () => false,
      )
      if (answered && !left) group.heartbeat(member)
    }
  }
  group.join(member)
  void beat()
  return {
    commit: async positions => {
      await faults.step('commit')
      cluster.commitOffsets({ group: options.group, positions })
    },
    leave: async () => {
      left = true
      group.leave(member.id)
      onLeave()
    },
  }
}
