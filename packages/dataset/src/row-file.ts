import type { Rows } from './rows.ts'

/** Where encoded bytes go. */
export interface ByteSink {
  append(bytes: Uint8Array): void
}

/** Encodes rows of one interval into a file of some format. */
export interface RowFile {
  write(rows: Rows): void
  /** Writes what comes after the last row. */
  finish(): void
}
