import {
  type Column,
  dateOf,
  featureColumns,
  type Kind,
  partitionFolder,
  TRADE_COLUMNS,
  tradesFolder,
} from '@candlewick/dataset'
import { Candle, FeatureRow, Trade } from '@candlewick/market-data'
import { checked, type LogRecord, parseJson, Rejected } from '@candlewick/streams'
import type * as z from 'zod'
import type { Row, StoredRow } from './row.ts'

/** The kind of a topic's rows, which decides how each store names and orders them. */
export interface RowKind {
  /** Name of the table, and first part of Redis's keys. */
  readonly name: 'features' | 'candles' | 'trades'
  readonly schema: z.ZodType
  /** Fields that every row has; all other fields are indicators. */
  readonly fields: readonly string[]
  /** The fields that identify a series. Each series has one newest row. */
  readonly series: readonly string[]
  /** The fields that order the rows of a series, by decreasing weight. A field that a row lacks counts as 0. Series and order identify a row. */
  readonly order: readonly string[]
  /** The field with the time that determines a row's day. */
  readonly time: string
  /** @returns the columns of a file. */
  columns(indicators: readonly string[]): readonly Column[]
  /** @returns the folder of a row's file. */
  folder(row: Row): string
}

const windows = (name: Kind): RowKind => ({
  name,
  schema: FeatureRow,
  fields: Object.keys(Candle.shape),
  series: ['pair', 'interval'],
  order: ['open_time_ms', 'bar'],
  time: 'open_time_ms',
  columns: featureColumns,
  folder: ({ interval, open_time_ms }) =>
    partitionFolder({ kind: name, interval: String(interval), date: dateOf(Number(open_time_ms)) }),
})

export const FEATURES = windows('features')
export const CANDLES = windows('candles')
export const TRADES: RowKind = {
  name: 'trades',
  schema: Trade,
  fields: Object.keys(Trade.shape),
  series: ['pair'],
  order: ['trade_id'],
  time: 'timestamp_ms',
  columns: () => TRADE_COLUMNS,
  folder: ({ timestamp_ms }) => tradesFolder(dateOf(Number(timestamp_ms))),
}

/** @returns the record as a row. @throws Rejected naming the field that is wrong */
export function parseRow({ schema }: RowKind, record: LogRecord): StoredRow {
  const row = checked(schema, parseJson(record)) as Row
  if (row.pair !== record.key)
    throw new Rejected('malformed', `pair ${row.pair} is not the record's key, ${String(record.key)}`)
  return { offset: record.offset, publishedMs: record.timestamp, row }
}

/** @returns the names of the rows' indicators, in their order. */
export function indicatorsOf({ fields }: RowKind, rows: readonly StoredRow[]): string[] {
  const known = new Set(fields)
  return [...new Set(rows.flatMap(({ row }) => Object.keys(row).filter(name => !known.has(name))))]
}

/** Orders rows of one series, the oldest first. */
export function inOrder({ order }: RowKind, a: Row, b: Row): number {
  for (const field of order) {
    const difference = Number(a[field] ?? 0) - Number(b[field] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
