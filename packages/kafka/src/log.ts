/**
 * The partitioned, transactional log that everything runs on: Kafka in production, memory in tests and simulation.
 * All reads are read-committed; offsets are plain numbers.
 */
export interface Log {
  readonly topics: TopicAdmin
  /** Absent if there is no broker, as for the log in memory. */
  readonly settings?: BrokerSettings
  /**
   * Opens a reader that fetches ahead of its caller into a bounded buffer and calls `wake` when a chunk arrives. Each log has
   * at most one reader of a partition at a time.
   */
  reader(topic: string, partition: number, from: number, wake?: () => void): PartitionReader
  /** Reads the committed records of [from, to) once, in order, in chunks. @throws OffsetOutOfRange */
  read(topic: string, partition: number, from: number, to: number): AsyncIterable<readonly LogRecord[]>
  /** @returns the first offset that retention has left and the offset that the next record will get. */
  offsets(topic: string, partition: number): Promise<{ start: number; end: number }>
  /** @returns the topic's id, which changes if the topic is deleted and created again; undefined if the log has no ids, or the topic does not exist. */
  topicId(topic: string): Promise<string | undefined>
  /** @returns an empty collection of records, for one {@link TransactionalProducer.transact} */
  outgoing(): Outgoing
  /** @returns a producer that owns the transactional id. Older producers of the id are fenced, and their open transaction is aborted. */
  producer(transactionalId: string): Promise<TransactionalProducer>
  /** Joins a consumer group, which only assigns partitions: records are read with {@link reader}. */
  join(options: JoinOptions): Promise<Membership>
  /** @returns the group's members and committed offsets, as the broker knows them now. */
  describeGroup(group: string): Promise<GroupDescription>
  /**
   * @param name added to the client's id
   * @returns a log on the same brokers, with connections and readers of its own, which the caller closes
   */
  another(name: string): Log
  close(): Promise<void>
}

export interface GroupDescription {
  /** A state of the Kafka protocol: `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance` or `Dead`. */
  readonly state: string
  readonly members: readonly {
    readonly id: string
    /** The member's partitions of each topic; empty during a rebalance. */
    readonly assigned: Readonly<Record<string, readonly number[]>>
    /** The member's description of itself when it last joined. */
    readonly data: MemberData
  }[]
  readonly committed: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]
}

export type Headers = Readonly<Record<string, string>>

export interface LogRecord {
  readonly offset: number
  /** Unix ms: the broker's time of writing (LogAppendTime), or the producer's. */
  readonly timestamp: number
  readonly key: string | null
  /** The key's id if the log interns keys ({@link Records.interner}). It is faster to look up than a string. */
  readonly keyId?: number | undefined
  /** If the record has `bytes`, each access creates a new view: read it once. */
  readonly value: Buffer | null
  /**
   * If present, the value is [start, end) of these bytes, and null if the end is before the start. Reading it here avoids the
   * view that `value` creates, which costs as much as decoding a small record.
   */
  readonly bytes?: Buffer | undefined
  readonly start?: number
  readonly end?: number
  /** The key is [keyStart, keyEnd) of the bytes, if there is one. */
  readonly keyStart?: number
  readonly keyEnd?: number
  /** Absent when the record has none. */
  readonly headers?: Headers | undefined
}

export interface OutRecord {
  readonly topic: string
  readonly partition: number
  readonly key: string | null
  readonly value: string | Buffer | null
  readonly headers?: Headers | undefined
}

/** The records of a transaction in order: an array, or a log's own collection that takes less memory. */
export interface Outgoing {
  readonly length: number
  push(record: OutRecord): unknown
}

/** Records in their order, such as an array of them. */
export interface Records extends Iterable<LogRecord> {
  readonly length: number
  /** The interner of the key ids. Two records with the same interner have the same id exactly if they have the same key. */
  readonly interner?: object | undefined
  /**
   * @param index from the end when negative
   * @returns an object that the next call may return again with other values, so that millions of records need no object
   * each. Iterate if you keep records.
   */
  at(index: number): LogRecord | undefined
}

export interface Chunk {
  readonly records: Records
  /** The position after this chunk, possibly past its last record (control batches, aborted records, compaction). */
  readonly next: number
  /** The last stable offset when this was fetched: a reader has caught up when `next` has reached it. */
  readonly end: number
  /** Size of the chunk as fetched, to bound queues. */
  readonly bytes: number
  /** Whether the partition could not be read for a while before this chunk: the topic may have been deleted and made again. */
  readonly interrupted?: boolean
  /** Call it when nothing refers to the records or their bytes any more, so that their memory is reused. Optional. */
  release?(): void
}

/** The position is not in the log: retention has deleted the records, or (past the log's end) the topic was made again. */
export class OffsetOutOfRange extends Error {
  override name = 'OffsetOutOfRange'
  /** Where the log begins now. */
  readonly start: number
  constructor(topic: string, partition: number, offset: number, start: number) {
    super(`Offset ${offset} of ${topic}/${partition} is not in the log, which starts at ${start}`)
    this.start = start
  }
}

/** The topic does not accept a record of this size (`max.message.bytes`). */
export class RecordTooLarge extends Error {
  override name = 'RecordTooLarge'
  readonly topic: string
  constructor(topic: string, options?: ErrorOptions) {
    super(`The broker refuses a record of ${topic} for its size: see max.message.bytes`, options)
    this.topic = topic
  }
}

export interface PartitionReader {
  /** The end of the log at the last fetch, including records behind open transactions; undefined before the first fetch. */
  readonly logEnd: number | undefined
  /** @returns the next chunk, which may begin before the position; undefined when none arrived in `waitMs`. @throws OffsetOutOfRange */
  take(waitMs: number): Promise<Chunk | undefined>
  /** @returns the next chunk if it has arrived. @throws OffsetOutOfRange */
  poll(): Chunk | undefined
  close(): void
}

export interface TransactionalProducer {
  /**
   * One transaction: the records, in order, then the group's offsets, then the commit. When it throws, the outcome is
   * unknown and the producer must not be used again. The broker may refuse the group's offsets during a rebalance; the
   * transaction is then committed without them.
   * @param records an array, or a {@link Log.outgoing} of this log, which must not be used again
   * @returns the first record's offset. @throws Fenced when a newer producer has taken the transactional id over
   */
  transact(records: Outgoing | readonly OutRecord[], offsets?: GroupOffsets): Promise<number | undefined>
  close(): Promise<void>
}

export interface GroupOffsets {
  readonly group: string
  readonly positions: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]
}

/** A newer producer has the transactional id: this one may never write again. */
export class Fenced extends Error {
  override name = 'Fenced'
}

export interface TopicAdmin {
  /** @returns each topic's current partition count; 0 for a topic that does not exist. */
  partitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Creates missing topics. Several instances may call it at once. Without the right to create topics it waits until somebody else has created them. */
  create(
    specs: readonly { name: string; partitions: number; config: Readonly<Record<string, string>> }[],
  ): Promise<void>
  /**
   * Grows a topic to the partition count; does nothing when it has as many or more. @returns whether this call has grown it; false
   * as well if the broker's answer was lost
   */
  grow(topic: string, partitions: number): Promise<boolean>
}

/** The settings of the brokers and topics, by name. */
export interface BrokerSettings {
  /** @throws Denied without the right to describe the topic's settings */
  ofTopic(topic: string): Promise<ReadonlyMap<string, Setting>>
  /** The settings of one broker. @throws Denied without the right to describe the cluster's settings */
  ofBroker(): Promise<ReadonlyMap<string, Setting>>
  /** Sets these settings and leaves the topic's other settings unchanged. @throws Denied, or Error with the broker's reason */
  set(topic: string, config: Readonly<Record<string, string>>): Promise<void>
}

export interface Setting {
  readonly value: string
  /** Whether neither the topic's nor the broker's configuration sets it. */
  readonly isDefault: boolean
}

/** A member's description of itself, for the leader that assigns partitions. */
export interface MemberData {
  /** Partitions whose task is restored and running here. */
  readonly own: readonly number[]
  /** Partitions whose task is here but does not run, for example because the broker was unreachable. The claim counts unless another member runs the task. */
  readonly held?: readonly number[]
  /** The last generation in which a heartbeat was answered: the highest one wins a claim to a partition. */
  readonly gen: number
  /** Records per second of each owned partition, rounded coarsely. */
  readonly load: Readonly<Record<number, number>>
  readonly http_url?: string | undefined
  /** The member's service and the topic whose partitions it shares; absent in members of versions before 0.2. */
  readonly service?: string
  readonly topic?: string
  /** The newest version of states that the member can read; absent means 1. */
  readonly state_version?: number
}

export interface Member {
  readonly id: string
  readonly data: MemberData
}

export interface JoinOptions {
  readonly group: string
  /** Partition p of all of these topics goes to one member. The first is the input: its partition count decides. */
  readonly topics: readonly string[]
  /** Topics that need as many partitions as the input: the leader grows them before it assigns. */
  readonly companions: readonly string[]
  /** @returns this member's data; called at each join. */
  data(): MemberData
  /** Called with this member's partitions at each new generation, before records are read. */
  onAssigned(partitions: readonly number[]): void
  /** Called at each answered heartbeat. */
  onHeartbeat(generation: number): void
  /** @returns which member gets which partitions of 0 … count-1: a pure function. */
  assign(count: number, members: readonly Member[]): ReadonlyMap<string, readonly number[]>
}

export interface Membership {
  /**
   * Commits the group's offsets of partitions that this member has. They only show the group's lag; no task reads them.
   * @throws the broker's error, e.g. during a rebalance
   */
  commit(positions: GroupOffsets['positions']): Promise<void>
  /** Leaves the group, so that other members take over at once instead of when the session ends. */
  leave(): Promise<void>
}
