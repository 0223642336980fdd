import { setImmediate } from 'node:timers/promises'
import {
  type Chunk,
  Fenced,
  type GroupDescription,
  type GroupOffsets,
  type JoinOptions,
  type Log,
  type LogRecord,
  type Membership,
  type Outgoing,
  type OutRecord,
  type PartitionReader,
  type Records,
  type TopicAdmin,
  type TransactionalProducer,
} from '@candlewick/kafka/log'
import { MemoryCluster, type ProducerId } from './cluster.ts'
import type { Faults } from './faults.ts'
import { joinMemoryGroup } from './group.ts'

const CHUNK_RECORDS = 1000
/** Few, so that keys often get new ids, as they do in a real log with very many keys. */
const INTERNED_KEYS_MAX = 1

/**
 * A client of an in-memory log with Kafka's semantics (read committed, transactions with fencing, groups), for tests,
 * the simulation, and the demo where there is no broker. Clients share a cluster.
 */
export function memoryLog(cluster = new MemoryCluster(), faults?: Partial<Faults>): Log {
  return new MemoryLog(cluster, { step: yieldAtCommits, clock: cluster.clock, ...faults })
}

/** Lets timers run between transactions, however much there is to read. */
const yieldAtCommits = async (operation: string) => {
  if (operation === 'commit') await setImmediate()
}

class MemoryLog implements Log {
  readonly #cluster: MemoryCluster
  readonly #faults: Faults
  readonly #members = new Set<Membership>()
  readonly topics: TopicAdmin

  constructor(cluster: MemoryCluster, faults: Faults) {
    this.#cluster = cluster
    this.#faults = faults
    this.topics = {
      partitions: async topics => {
        await faults.step('partitions')
        return new Map(topics.map(topic => [topic, cluster.partitions(topic).length]))
      },
      create: async specs => {
        await faults.step('create')
        for (const { name, partitions } of specs)
          if (cluster.partitions(name).length === 0) cluster.grow(name, partitions)
      },
      grow: async (topic, count) => {
        await faults.step('grow')
        const isGrowing = cluster.partitions(topic).length < count
        cluster.grow(topic, count)
        return isGrowing
      },
    }
  }

  reader(topic: string, partition: number, from: number, wake?: () => void): PartitionReader {
    return new MemoryReader(this.#cluster, this.#faults, { topic, partition, from }, wake)
  }

  async *read(topic: string, partition: number, from: number, to: number): AsyncIterable<readonly LogRecord[]> {
    for (let next = from; next < to; ) {
      await this.#faults.step('read')
      const max = this.#faults.chunkRecords?.() ?? CHUNK_RECORDS
      const chunk = this.#cluster.partition(topic, partition).chunk(next, max, to)
      if (chunk) yield chunk.records
      else await this.#faults.clock.sleep(10)
      next = chunk?.next ?? next
    }
  }

  async offsets(topic: string, partition: number): Promise<{ start: number; end: number }> {
    await this.#faults.step('offsets')
    const { start, end } = this.#cluster.partition(topic, partition)
    return { start, end }
  }

  async topicId(topic: string): Promise<string | undefined> {
    await this.#faults.step('topicId')
    return this.#cluster.topicId(topic)
  }

  outgoing(): Outgoing {
    const records: OutRecord[] = []
    return records
  }

  async producer(transactionalId: string): Promise<TransactionalProducer> {
    await this.#faults.step('producer')
    return new MemoryProducer(this.#cluster, this.#faults, transactionalId)
  }

  async join(options: JoinOptions): Promise<Membership> {
    await this.#faults.step('join')
    const membership = joinMemoryGroup(this.#cluster, this.#faults, options, () => this.#members.delete(membership))
    this.#members.add(membership)
    return membership
  }

  async describeGroup(group: string): Promise<GroupDescription> {
    await this.#faults.step('describeGroup')
    return this.#cluster.describeGroup(group)
  }

  another(): Log {
    return new MemoryLog(this.#cluster, this.#faults)
  }

  async close(): Promise<void> {
    for (const member of this.#members) await member.leave()
  }
}

/** Behaves like fetched records: the object that `at` returns has other values after the next call. */
class OneAtATime implements Records {
  readonly #records: readonly LogRecord[]
  readonly #shared: { -readonly [field in keyof LogRecord]: LogRecord[field] }
  readonly interner: Map<string, number>

  constructor(records: readonly LogRecord[], ids: Map<string, number>) {
    this.#records = records
    this.#shared = { offset: 0, timestamp: 0, key: null, value: null }
    this.interner = ids
  }

  get length(): number {
    return this.#records.length
  }

  at(index: number): LogRecord | undefined {
    const record = this.#records.at(index)
    return record && Object.assign(this.#shared, { ...record, keyId: this.#id(record.key) })
  }

  [Symbol.iterator](): Iterator<LogRecord> {
    return this.#records.values()
  }

  #id(key: string | null): number | undefined {
    if (key !== null && !this.interner.has(key)) this.interner.set(key, this.interner.size)
    return key === null ? undefined : this.interner.get(key)
  }
}

class MemoryReader implements PartitionReader {
  readonly #cluster: MemoryCluster
  readonly #faults: Faults
  readonly #topic: string
  readonly #partition: number
  #next: number
  #ids = new Map<string, number>()
  #topicId: string | undefined
  #closed = false

  constructor(
    cluster: MemoryCluster,
    faults: Faults,
    { topic, partition, from }: { readonly topic: string; readonly partition: number; readonly from: number },
    wake: (() => void) | undefined,
  ) {
    this.#cluster = cluster
    this.#faults = faults
    this.#topic = topic
    this.#partition = partition
    this.#next = from
    this.#topicId = cluster.topicId(topic)
    const again = () => {
      if (this.#closed) return
      cluster.partitions(topic)[partition]?.onChange(() => (faults.woken ? faults.woken(again) : again()))
      wake?.()
    }
    if (wake) again()
  }

  get logEnd(): number {
    return this.#cluster.partition(this.#topic, this.#partition).end
  }

  poll(): Chunk | undefined {
    const max = this.#faults.chunkRecords?.() ?? CHUNK_RECORDS
    const partition = this.#cluster.partition(this.#topic, this.#partition)
    const repeated = this.#next < partition.stable() ? (this.#faults.repeated?.() ?? 0) : 0
    const from = Math.max(Math.min(partition.start, this.#next), this.#next - repeated)
    const chunk = partition.chunk(from, max + repeated)
    if (chunk) this.#next = chunk.next
    const topicId = this.#cluster.topicId(this.#topic)
    const interrupted = topicId !== this.#topicId
    // The first records of the other topic may come later.
    if (chunk) this.#topicId = topicId
    if (this.#ids.size > INTERNED_KEYS_MAX) this.#ids = new Map()
    return chunk && { ...chunk, interrupted, records: new OneAtATime(chunk.records, this.#ids) }
  }

  async take(waitMs: number): Promise<Chunk | undefined> {
    await this.#faults.step('take')
    const partition = this.#cluster.partition(this.#topic, this.#partition)
    const ready = this.poll()
    if (ready || waitMs <= 0) return ready
    let forget: (() => void) | undefined
    const changed = new Promise<void>(resolve => {
      forget = partition.onChange(resolve)
    })
    await Promise.race([changed, this.#faults.clock.sleep(waitMs)])
    forget?.()
    return this.poll()
  }

  close(): void {
    this.#closed = true
  }
}

class MemoryProducer implements TransactionalProducer {
  readonly #cluster: MemoryCluster
  readonly #faults: Faults
  readonly #id: ProducerId
  readonly #epoch: number

  constructor(cluster: MemoryCluster, faults: Faults, transactionalId: string) {
    this.#cluster = cluster
    this.#faults = faults
    const { id, epoch } = cluster.initProducer(transactionalId)
    this.#id = id
    this.#epoch = epoch
  }

  async transact(records: Outgoing | readonly OutRecord[], offsets?: GroupOffsets): Promise<number | undefined> {
    const written: number[] = []
    for (const record of records as readonly OutRecord[]) {
      if (written.length % CHUNK_RECORDS === 0) await this.#alive('send')
      this.#cluster.begin(this.#id)
      const partition = this.#cluster.partition(record.topic, record.partition)
      const open = this.#id.open!
      open.touched.add(partition)
      written.push(partition.append(record, this.#cluster.clock.wall(), open.transaction))
    }
    await this.#alive('commit')
    if (offsets) this.#cluster.commitOffsets(offsets)
    this.#cluster.end(this.#id, 'committed')
    await this.#faults.step('committed')
    return written[0]
  }

  async #alive(operation: string): Promise<void> {
    await this.#faults.step(operation)
    if (this.#id.epoch !== this.#epoch) throw new Fenced('A newer producer has this transactional id')
  }

  async close(): Promise<void> {}
}
