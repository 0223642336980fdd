import { Candle, FeatureRow } from '@candlewick/market-data'
import type { LogRecord } from '@candlewick/streams'

/** @returns the record's candle; undefined when it is not a valid candle */
export const readCandle = (record: LogRecord): Candle | undefined => Candle.safeParse(json(record)).data

/** @returns the record's feature row; undefined when it is not a valid row */
export const readRow = (record: LogRecord): FeatureRow | undefined => FeatureRow.safeParse(json(record)).data

function json({ value }: LogRecord): unknown {
  try {
    return JSON.parse(String(value))
  } catch {
    return undefined
  }
}
