import type { Column } from './columns.ts'
import { ParquetFile } from './parquet-file.ts'
import type { ByteSink, RowFile } from './row-file.ts'
import { csvLine, ndjsonLine, TextFile } from './text-file.ts'

export const FORMATS = ['parquet', 'ndjson', 'csv'] as const
export type Format = (typeof FORMATS)[number]

/** @param interval for formats that name the interval in each row; in Parquet the folder names it */
export function rowFile(format: Format, columns: readonly Column[], interval: string, sink: ByteSink): RowFile {
  if (format === 'parquet') return new ParquetFile(columns, sink)
  return new TextFile(columns, interval, sink, format === 'csv' ? csvLine : ndjsonLine)
}
