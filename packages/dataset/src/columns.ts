/** A `source` is the text `exchange` or absent, a `bar` an integer or absent, a `side` the text `buy` or `sell` or null. */
export type ColumnType = 'text' | 'time' | 'integer' | 'double' | 'boolean' | 'source' | 'bar' | 'side'

/** A column of a dataset's files. Its name is the field's name in the topics. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly isNullable: boolean
}

const column =
  (type: ColumnType, isNullable = false) =>
  (name: string): Column => ({ name, type, isNullable })

/** The pair comes first, because it is the only free text. */
export const PAIR_COLUMN = column('text')('pair')

/** A candle's columns, in the order of its fields, without `interval`, which the folder names. */
export const CANDLE_COLUMNS: readonly Column[] = [
  PAIR_COLUMN,
  ...['open_time_ms', 'close_time_ms'].map(column('time')),
  ...['open', 'high', 'low', 'close', 'volume', 'quote_volume', 'vwap'].map(column('double')),
  column('integer')('trade_count'),
  column('double')('buy_volume'),
  ...['first_trade_id', 'last_trade_id'].map(column('integer', true)),
  column('boolean')('complete'),
  column('source', true)('source'),
  column('bar', true)('bar'),
]

/** A feature row's columns. @param indicators names of the indicators' values, in their order */
export const featureColumns = (indicators: readonly string[]): readonly Column[] => [
  ...CANDLE_COLUMNS,
  ...indicators.map(column('double', true)),
]

/** A trade's columns, in the order of its fields. */
export const TRADE_COLUMNS: readonly Column[] = [
  PAIR_COLUMN,
  column('integer')('trade_id'),
  column('side', true)('side'),
  ...['price', 'qty'].map(column('double')),
  column('time')('timestamp_ms'),
]
