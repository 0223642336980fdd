import type { StoredRow } from './row.ts'

/** The rows of a stretch of a partition, in order: all that it has before `next` and from the batch before on. */
export interface Batch {
  readonly rows: readonly StoredRow[]
  /** The offset after the stretch. */
  readonly next: number
}

/** A partition of a topic that is being stored. */
export interface Source {
  readonly topic: string
  readonly partition: number
}

/**
 * Somewhere that rows are kept. What it has stored and how far that is are always written together, or in an order that
 * makes storing a stretch again harmless: each row is there once, whatever ends the process and however often.
 */
export interface Store {
  /** What users call it, e.g. `postgres`. */
  readonly name: string
  /** Opens a partition, to go on where any instance stopped last. @throws whatever keeps it from being written */
  open(source: Source): Promise<PartitionSink>
  close(): Promise<void>
}

export interface PartitionSink {
  /** The offset from which on nothing is stored yet; null where nothing of the partition ever was. */
  readonly position: number | null
  /**
   * Stores a batch; a sink that gathers rows may store it later, and its position then stays behind.
   * @throws Superseded when another instance has stored the partition's rows meanwhile; whatever keeps it from being written.
   *   The sink must not be used again then.
   */
  write(batch: Batch): Promise<void>
  /** Notes that retention has deleted the rows before the offset: the store is whole from the next row on. */
  truncated(start: number): Promise<void>
}

/** Another instance writes the partition: this one has to ask again how far it is. */
export class Superseded extends Error {
  override name = 'Superseded'
  constructor({ topic, partition }: Source) {
    super(`Another instance has stored rows of ${topic}/${partition} meanwhile`)
  }
}

/** A row that the store can never take, whatever is tried. It goes to the dead letters. */
export class RowRefused extends Error {
  override name = 'RowRefused'
  readonly refused: StoredRow
  constructor(refused: StoredRow, detail: string) {
    super(detail)
    this.refused = refused
  }
}
