import { Candle, FeatureRow } from '@candlewick/market-data'
import { checked, type LogRecord, parseJson, Rejected } from '@candlewick/streams'

/** A final row of a topic, and where in the log it is. */
export interface StoredRow {
  readonly offset: number
  /** When the broker appended it, Unix ms. */
  readonly publishedMs: number
  readonly row: FeatureRow
}

const CANDLE_FIELDS = new Set(Object.keys(Candle.shape))

/** @returns the names of the row's indicators, in its order. */
export const indicatorsOf = (row: FeatureRow): string[] => Object.keys(row).filter(name => !CANDLE_FIELDS.has(name))

/** @returns the record as a row. @throws Rejected naming the field that is wrong */
export function parseRow(record: LogRecord): StoredRow {
  const row = checked(FeatureRow, parseJson(record)) as FeatureRow
  if (row.pair !== record.key)
    throw new Rejected('malformed', `pair ${row.pair} is not the record's key, ${String(record.key)}`)
  return { offset: record.offset, publishedMs: record.timestamp, row }
}
