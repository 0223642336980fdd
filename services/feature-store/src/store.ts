import type { StoredRow } from './row.ts'

/** Consecutive rows of a partition, in order: every row between the end of the previous batch and `next`. */
export interface Batch {
  readonly rows: readonly StoredRow[]
  /** The offset after the batch. */
  readonly next: number
}

/** A partition of a topic that is being stored. */
export interface Source {
  readonly topic: string
  readonly partition: number
  /** The id of the topic, which changes if the topic is deleted and created again; undefined if the broker has no ids. */
  readonly topicId?: string | undefined
}

/**
 * Stores rows. Rows and position are written together, or in an order in which storing a batch again changes nothing. Each row
 * is therefore stored once, even if the process ends at any moment.
 */
export interface Store {
  /** The store's name in logs, metrics and dead letters, e.g. `postgres`. */
  readonly name: string
  /** Opens a partition at the position that any instance has reached. @throws the store's error if it cannot be reached */
  open(source: Source): Promise<PartitionSink>
  close(): Promise<void>
}

export interface PartitionSink {
  /** The first offset that is not stored yet; null if nothing of the partition has ever been stored. */
  readonly position: number | null
  /** The id of the topic that the stored rows are from, or the source's id while no rows are stored; undefined if there was no id. */
  readonly topicId: string | undefined
  /**
   * Stores a batch. A sink that gathers rows may store it later; its position advances only then.
   * @throws Superseded if another instance has stored the partition's rows meanwhile, or the store's error. The sink must then
   *   not be used again.
   */
  write(batch: Batch): Promise<void>
  /** Notes that retention has deleted the rows before the offset, so that the store has every row only from this offset on. */
  truncated(start: number): Promise<void>
}

/** Another instance writes the partition, so this instance has to read the position again. */
export class Superseded extends Error {
  override name = 'Superseded'
  constructor({ topic, partition }: Source) {
    super(`Another instance has stored rows of ${topic}/${partition} meanwhile`)
  }
}

/** A row that the store can never accept. It goes to the dead letters. */
export class RowRefused extends Error {
  override name = 'RowRefused'
  readonly refused: StoredRow
  constructor(refused: StoredRow, detail: string) {
    super(detail)
    this.refused = refused
  }
}
