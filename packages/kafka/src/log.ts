/**
 * The partitioned, transactional log that everything runs on: Kafka in production (`kafka/`), memory in tests and
 * simulation (`memory/`). Reads are read-committed always; offsets are plain numbers.
 */
export interface Log {
  readonly topics: TopicAdmin
  /**
   * Opens a reader that stays ahead of its caller by a bounded buffer; `wake` is called when it has something new. A
   * partition has one reader at a time: a second one needs a log of its own.
   */
  reader(topic: string, partition: number, from: number, wake?: () => void): PartitionReader
  /** Reads the committed records of [from, to) once, in order, in chunks. */
  read(topic: string, partition: number, from: number, to: number): AsyncIterable<readonly LogRecord[]>
  /** @returns the first offset still there and the one that the next record will get. */
  offsets(topic: string, partition: number): Promise<{ start: number; end: number }>
  /** @returns a new one, for a {@link TransactionalProducer.transact} */
  outgoing(): Outgoing
  /** Initialises the transactional id: older producers of that id are fenced and their open transaction is aborted. */
  producer(transactionalId: string): Promise<TransactionalProducer>
  /** Joins a consumer group, only to be told which partitions are its own: data is read with {@link reader}. */
  join(options: JoinOptions): Promise<Membership>
  /** @returns who is in a consumer group now and what it has committed, asked of the broker. */
  describeGroup(group: string): Promise<GroupDescription>
  close(): Promise<void>
}

export interface GroupDescription {
  /** Of the Kafka protocol: `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance` or `Dead`. */
  readonly state: string
  readonly members: readonly {
    readonly id: string
    /** Its partitions of each topic; none during a rebalance. */
    readonly assigned: Readonly<Record<string, readonly number[]>>
    /** What it said of itself when it joined last. */
    readonly data: MemberData
  }[]
  readonly committed: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]
}

export type Headers = Readonly<Record<string, string>>

export interface LogRecord {
  readonly offset: number
  /** When it was written, Unix ms. */
  readonly timestamp: number
  readonly key: string | null
  /** Equal for equal keys of a chunk, where the log has numbers for keys: faster to look up than a string. */
  readonly keyNumber?: number | undefined
  /** Made at each look where there are `bytes`: look once. */
  readonly value: Buffer | null
  /**
   * Where there are any, the value is [start, end) of them (null where the end is before the start). To read it there
   * spares the view that `value` makes, which costs as much as decoding a small record.
   */
  readonly bytes?: Buffer | undefined
  readonly start?: number
  readonly end?: number
  /** The key's, if it has one. */
  readonly keyStart?: number
  readonly keyEnd?: number
  /** Absent where the record has none. */
  readonly headers?: Headers | undefined
}

export interface OutRecord {
  readonly topic: string
  readonly partition: number
  readonly key: string | null
  readonly value: string | Buffer | null
  readonly headers?: Headers | undefined
}

/** What a transaction is to write, in order: an array of records, or what a log makes of them in less memory. */
export interface Outgoing {
  readonly length: number
  push(record: OutRecord): unknown
}

/** Records in their order, such as an array of them. */
export interface Records extends Iterable<LogRecord> {
  readonly length: number
  /** Of whom the numbers of keys are: in all records that name the same one, equal numbers are of equal keys. */
  readonly numbering?: object | undefined
  /**
   * From the end where the index is negative. May be the same object at each call, with other values: none has to be made
   * for each of millions. Iterate where records are kept.
   */
  at(index: number): LogRecord | undefined
}

export interface Chunk {
  readonly records: Records
  /** The position after this chunk; may be past the last record (control batches, aborted records, compaction). */
  readonly next: number
  /** The end of the readable partition when this was read: caught up when `next` has reached it. */
  readonly end: number
  /** Size of the chunk as fetched, for bounding what is queued. */
  readonly bytes: number
  /** The records are done with, and nothing points into their bytes: the memory is used again. Nobody has to call it. */
  release?(): void
}

/** The position asked for is before the log's start: retention has cut what was to be read. */
export class OffsetOutOfRange extends Error {
  override name = 'OffsetOutOfRange'
  readonly start: number
  constructor(topic: string, partition: number, offset: number, start: number) {
    super(`Offset ${offset} of ${topic}/${partition} is not in the log any more, which starts at ${start}`)
    this.start = start
  }
}

export interface PartitionReader {
  /** Takes the next chunk, which may begin before the position, waiting at most `waitMs`; undefined when nothing came. @throws OffsetOutOfRange */
  take(waitMs: number): Promise<Chunk | undefined>
  /** What can be taken without waiting. @throws OffsetOutOfRange */
  poll(): Chunk | undefined
  close(): void
}

export interface TransactionalProducer {
  /**
   * One transaction: the records, in order, then the group's offsets, then the commit. When it throws, nothing may
   * be assumed of the transaction and the producer must not be used again.
   * @param records an array, or of this log's {@link Log.outgoing}, which is not to be used again
   * @returns the first record's offset. @throws Fenced when a newer producer has taken the transactional id over.
   */
  transact(records: Outgoing | readonly OutRecord[], offsets?: GroupOffsets): Promise<number | undefined>
  close(): Promise<void>
}

export interface GroupOffsets {
  readonly group: string
  readonly positions: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]
}

/** A newer producer with the same transactional id exists: this one may never write again. */
export class Fenced extends Error {
  override name = 'Fenced'
}

export interface TopicAdmin {
  /** @returns how many partitions each topic has now, asked of the broker; 0 for one that does not exist. */
  partitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Creates those that are missing; safe in a race. Without the right to, waits until somebody else has. */
  create(
    specs: readonly { name: string; partitions: number; config: Readonly<Record<string, string>> }[],
  ): Promise<void>
  /** Grows a topic to the count; does nothing when it has as many. */
  grow(topic: string, partitions: number): Promise<void>
}

/** What a member says of itself to the leader that assigns partitions. */
export interface MemberData {
  /** Partitions whose task is restored and running here. */
  readonly own: readonly number[]
  /** Partitions whose task is here but does not run, e.g. since the broker was away: claims when nobody runs it. */
  readonly held?: readonly number[]
  /** The last generation in which a heartbeat was answered: the highest wins a claim to a partition. */
  readonly gen: number
  /** Records a second of each owned partition, rounded coarsely. */
  readonly load: Readonly<Record<number, number>>
  readonly http_url?: string | undefined
  /** The newest version of states that it knows; absent is 1. */
  readonly state_version?: number
}

export interface Member {
  readonly id: string
  readonly data: MemberData
}

export interface JoinOptions {
  readonly group: string
  /** Partition p of all of them goes to one member. The first is the input: it decides how many there are. */
  readonly topics: readonly string[]
  /** Topics that must have as many partitions as the input: grown by the leader before it assigns. */
  readonly companions: readonly string[]
  /** Own data, asked for at each join. */
  data(): MemberData
  /** Called with this member's partitions at each new generation, before anything else happens. */
  onAssigned(partitions: readonly number[]): void
  /** Called at each answered heartbeat. */
  onHeartbeat(generation: number): void
  /** The pure plan: which member gets which partitions of 0 … count-1. */
  assign(count: number, members: readonly Member[]): ReadonlyMap<string, readonly number[]>
}

export interface Membership {
  /** Leaves at once, so that the others take over without waiting for the session to end. */
  leave(): Promise<void>
}
