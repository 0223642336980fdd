import type { JoinOptions, Member } from '../log.ts'
import type { MemoryCluster } from './cluster.ts'

export interface GroupMember {
  readonly id: string
  readonly options: JoinOptions
  /** Runs a callback on the member's side, in its own time. */
  deliver(call: () => void): void
}

/** The group coordinator: a new generation whenever members come or go or the input's partitions grow. */
export class MemoryGroup {
  readonly #cluster: MemoryCluster
  readonly #members = new Map<string, GroupMember>()
  #generation = 0
  #partitions = 0

  constructor(cluster: MemoryCluster) {
    this.#cluster = cluster
  }

  get members(): readonly GroupMember[] {
    return [...this.#members.values()]
  }

  has(id: string): boolean {
    return this.#members.has(id)
  }

  join(member: GroupMember): void {
    this.#members.set(member.id, member)
    this.rebalance()
  }

  /** A clean leave and the end of a dead member's session are the same to the others. */
  remove(id: string): void {
    if (this.#members.delete(id)) this.rebalance()
  }

  /** What a member's heartbeat is answered with; growth of the input is noticed here. */
  heartbeat(member: GroupMember): void {
    const input = member.options.topics[0]
    if (input !== undefined && this.#cluster.partitions(input).length !== this.#partitions) this.rebalance()
    const generation = this.#generation
    member.deliver(() => member.options.onHeartbeat(generation))
  }

  rebalance(): void {
    const leader = this.members[0]
    this.#generation++
    if (!leader) return
    const { topics, companions, assign } = leader.options
    this.#partitions = this.#cluster.partitions(topics[0] ?? '').length
    for (const topic of companions) this.#cluster.grow(topic, this.#partitions)
    const members: Member[] = this.members.map(m => ({ id: m.id, data: m.options.data() }))
    const plan = assign(this.#partitions, members)
    const generation = this.#generation
    for (const member of this.members) {
      const partitions = plan.get(member.id) ?? []
      member.deliver(() => member.options.onAssigned(partitions, generation))
    }
  }
}
