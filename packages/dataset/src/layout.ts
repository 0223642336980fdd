/** The kinds of rows in a dataset: candles alone, or candles with indicators. */
export type Kind = 'candles' | 'features'

/** A folder of the dataset: one interval's windows that open on one day (UTC). */
export interface Partition {
  readonly kind: Kind
  readonly interval: string
  /** YYYY-MM-DD. */
  readonly date: string
}

/**
 * The folder relative to the dataset's, named in Hive's way, so that DuckDB, Polars, pyarrow and Spark make columns of
 * `interval` and `date`; the colon of a bar's name becomes `%3A`, as Hive writes it. The files have no column `interval` of their
 * own, because pyarrow refuses a folder where both exist.
 */
export const partitionFolder = ({ kind, interval, date }: Partition): string =>
  `${kind}/interval=${encodeURIComponent(interval)}/date=${date}`

/** The folder of a day's trades. @param date YYYY-MM-DD (UTC) */
export const tradesFolder = (date: string): string => `trades/date=${date}`

const FOLDER = /^(candles|features)\/interval=([^/]+)\/date=(\d{4}-\d{2}-\d{2})$/

/** The inverse of {@link partitionFolder}; undefined for any other folder. */
export function partitionOf(folder: string): Partition | undefined {
  const [, kind, interval, date] = FOLDER.exec(folder) ?? []
  return interval && date ? { kind: kind as Kind, interval: decodeURIComponent(interval), date } : undefined
}

/** @returns the UTC day of a time (Unix ms) as YYYY-MM-DD. */
export const dateOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10)
