import { basename } from 'node:path'
import * as z from 'zod'
import type { RowKind } from '../kind.ts'
import { type Batch, type PartitionSink, type Source, type Store, Superseded } from '../store.ts'
import { type FileRange, RangeCutter } from './file-range.ts'
import type { Files } from './files.ts'
import { isRangeOf, rangeFiles } from './range-files.ts'

/** Maximum number of rows that share their files, so that the rows fit into memory even during the replay of a year. */
const ROWS_MAX = 200_000

const Position = z.object({
  /** The first offset that is not in the files. */
  next_offset: z.int().nonnegative(),
  /** Retention had deleted the rows before this offset when the store began there; 0 when no rows were deleted. */
  whole_from_offset: z.int().nonnegative(),
  /** Absent if the broker has no topic ids. */
  topic_id: z.string().optional(),
  /** Length of the period of the range that begins at `next_offset`, ms; absent in positions of version 0.1. */
  period_ms: z.int().positive().optional(),
})
type Position = z.infer<typeof Position>

export interface ParquetStoreOptions {
  readonly files: Files
  /** Length of the period whose rows share their files, ms. */
  readonly periodMs: number
  /** The kind of each topic's rows. */
  readonly kinds: ReadonlyMap<string, RowKind>
  readonly rowsMax?: number
}

/**
 * Rows as a dataset of Parquet files. A range of a partition is stored in this order:
 *
 * 1. its files, each under a name that the log and the position decide, with bytes that the log decides
 * 2. the partition's position, with the length of the next range's period
 *
 * An instance that is interrupted before step 2 reads the range again later and writes the same files again. Another instance
 * that writes the same partition, because it does not know yet that it has lost it, also writes the same files. Another setting of
 * the period takes effect from the next range on: files of an interrupted range and those of other ranges would share rows.
 */
export class ParquetStore implements Store {
  readonly name = 'parquet'
  readonly #o: ParquetStoreOptions

  constructor(options: ParquetStoreOptions) {
    this.#o = options
  }

  async open(source: Source): Promise<PartitionSink> {
    await this.#o.files.removeUnfinished(name => isFileOf(source, name))
    const bytes = await this.#o.files.get(positionPath(source))
    return new ParquetSink(this.#o, source, bytes && readPosition(bytes, source))
  }

  async close(): Promise<void> {
    this.#o.files.close()
  }
}

/** The name begins with `_`, because Spark, DuckDB, Polars and pyarrow ignore such names. */
const positionPath = ({ topic, partition }: Source): string => `_positions/${topic}-${partition}.json`

/** @returns whether the partition's position, or a range of its rows, is in a file of the name. */
const isFileOf = (source: Source, name: string): boolean =>
  name === basename(positionPath(source)) || isRangeOf(source, name)

function readPosition(bytes: Buffer, source: Source): Position {
  try {
    return Position.parse(JSON.parse(bytes.toString()))
  } catch (error) {
    throw new Error(
      `${positionPath(source)} is damaged, so that nobody knows what is stored; restore it from a backup`,
      {
        cause: error,
      },
    )
  }
}

class ParquetSink implements PartitionSink {
  readonly #o: ParquetStoreOptions
  readonly #source: Source
  #wholeFrom: number
  /** Length of the period of the range that begins at the position, ms. */
  #periodMs: number
  #cutter: RangeCutter | undefined
  readonly topicId: string | undefined
  position: number | null

  constructor(options: ParquetStoreOptions, source: Source, known: Position | undefined) {
    this.#o = options
    this.#source = source
    this.#wholeFrom = known?.whole_from_offset ?? 0
    this.#periodMs = known?.period_ms ?? options.periodMs
    this.topicId = known?.topic_id ?? source.topicId
    this.position = known?.next_offset ?? null
  }

  async write({ rows }: Batch): Promise<void> {
    for (const row of rows) {
      // The position is written before the first file, because it has the period.
      if (this.position === null) await this.#advance(row.offset)
      this.#cutter ??= this.#cutterAt(this.position ?? row.offset)
      const range = this.#cutter.add(row)
      if (range) await this.#store(range)
    }
  }

  async truncated(start: number): Promise<void> {
    this.#wholeFrom = start
    this.#cutter = undefined
    await this.#advance(start)
  }

  #cutterAt(first: number): RangeCutter {
    return new RangeCutter(first, this.#periodMs, this.#o.rowsMax ?? ROWS_MAX)
  }

  async #store(range: FileRange): Promise<void> {
    const { files, kinds } = this.#o
    await this.#refuseOthers()
    for (const { path, bytes } of rangeFiles(this.#source, kinds.get(this.#source.topic)!, range))
      await files.put(path, bytes)
    await this.#advance(range.end)
    if (this.#cutter) this.#cutter.periodMs = this.#periodMs
  }

  /** @throws Superseded if another instance has stored more: its settings, and therefore its ranges, may differ */
  async #refuseOthers(): Promise<void> {
    const bytes = await this.#o.files.get(positionPath(this.#source))
    const stored = bytes && readPosition(bytes, this.#source)
    const hasOtherPeriod = (stored?.period_ms ?? this.#periodMs) !== this.#periodMs
    // A position that was removed meanwhile is written again.
    if (stored && (stored.next_offset !== this.position || hasOtherPeriod)) throw new Superseded(this.#source)
  }

  async #advance(next: number): Promise<void> {
    const { files, periodMs } = this.#o
    await this.#refuseOthers()
    const position: Position = {
      next_offset: next,
      whole_from_offset: this.#wholeFrom,
      topic_id: this.topicId,
      period_ms: periodMs,
    }
    await files.put(positionPath(this.#source), Buffer.from(`${JSON.stringify(position)}\n`))
    this.position = next
    this.#periodMs = periodMs
  }
}
