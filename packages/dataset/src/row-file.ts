import type { Rows } from './rows.ts'

/** A destination of encoded bytes. */
export interface ByteSink {
  append(bytes: Uint8Array): void
}

/** Encodes rows of one interval into a file of some format. */
export interface RowFile {
  write(rows: Rows): void
  /** Writes the end of the file, after the last row. */
  finish(): void
}
