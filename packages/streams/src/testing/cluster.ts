import type { Clock } from '@candlewick/clock'
import { systemClock } from '@candlewick/clock'
import type { GroupDescription, GroupOffsets } from '@candlewick/kafka/log'
import { MemoryGroup, type Session } from './group.ts'
import { MemoryPartition, type Transaction } from './partition.ts'

/** A producer's registration: its epoch decides who is fenced. */
export interface ProducerId {
  epoch: number
  open: { readonly transaction: Transaction; readonly touched: Set<MemoryPartition> } | null
}

/** The broker's side of the in-memory log, which survives every client. */
export class MemoryCluster {
  readonly clock: Clock
  readonly session: Session
  readonly #topics = new Map<string, MemoryPartition[]>()
  readonly #topicIds = new Map<string, string>()
  #topicsCreated = 0
  readonly #producers = new Map<string, ProducerId>()
  readonly #groups = new Map<string, MemoryGroup>()
  readonly committed = new Map<string, number>()

  constructor(clock: Clock = systemClock, session: Session = { timeoutMs: 6000, heartbeatMs: 500 }) {
    this.clock = clock
    this.session = session
  }

  partitions(topic: string): readonly MemoryPartition[] {
    return this.#topics.get(topic) ?? []
  }

  topicNames(): readonly string[] {
    return [...this.#topics.keys()]
  }

  /** @throws Error naming a partition that does not exist. */
  partition(topic: string, partition: number): MemoryPartition {
    const found = this.partitions(topic)[partition]
    if (!found) throw new Error(`Topic ${topic} has no partition ${partition}`)
    return found
  }

  /** Creates the topic or grows it; never shrinks. */
  grow(topic: string, count: number): void {
    const partitions = this.#topics.get(topic) ?? []
    if (partitions.length === 0) this.#topicIds.set(topic, String(++this.#topicsCreated))
    while (partitions.length < count) partitions.push(new MemoryPartition(topic, partitions.length))
    this.#topics.set(topic, partitions)
  }

  /** Deletes the topic; one that is created again under its name has another id. */
  delete(topic: string): void {
    const deleted = this.partitions(topic)
    this.#topics.delete(topic)
    this.#topicIds.delete(topic)
    for (const partition of deleted) partition.wake()
  }

  topicId(topic: string): string | undefined {
    return this.#topicIds.get(topic)
  }

  group(name: string): MemoryGroup {
    const group = this.#groups.get(name) ?? new MemoryGroup(this)
    this.#groups.set(name, group)
    return group
  }

  commitOffsets({ group, positions }: GroupOffsets): void {
    for (const { topic, partition, offset } of positions) this.committed.set(`${group}/${topic}/${partition}`, offset)
  }

  describeGroup(name: string): GroupDescription {
    const own = [...this.committed].filter(([key]) => key.startsWith(`${name}/`))
    const committed = own.map(([key, offset]) => {
      const [, topic = '', partition] = key.split('/')
      return { topic, partition: Number(partition), offset }
    })
    return { ...this.group(name).describe(), committed }
  }

  /** Begins a new epoch of the id: older producers are fenced, and their open transaction is aborted. */
  initProducer(transactionalId: string): { readonly id: ProducerId; readonly epoch: number } {
    const id = this.#producers.get(transactionalId) ?? { epoch: -1, open: null }
    this.#producers.set(transactionalId, id)
    this.end(id, 'aborted')
    id.epoch++
    return { id, epoch: id.epoch }
  }

  begin(id: ProducerId): void {
    id.open ??= { transaction: { state: 'open' }, touched: new Set() }
  }

  end(id: ProducerId, state: 'committed' | 'aborted'): void {
    if (!id.open) return
    const { transaction, touched } = id.open
    id.open = null
    transaction.state = state
    for (const partition of touched) partition.mark(transaction)
  }

  /** The broker's transaction timeout: fences a producer, chosen among those with an open transaction, and aborts that. */
  timeOutTransaction(choose: (open: readonly string[]) => string): string | undefined {
    const open = [...this.#producers].filter(([, id]) => id.open !== null).map(([name]) => name)
    if (open.length === 0) return undefined
    const name = choose(open)
    const id = this.#producers.get(name)!
    id.epoch++
    this.end(id, 'aborted')
    return name
  }
}
