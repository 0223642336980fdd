import { Candle } from '@candlewick/market-data'

/** A column that every row has, under the field's name. */
interface Column {
  readonly name: string
  readonly type: string
}

const TYPES: Record<string, string> = {
  pair: 'text NOT NULL',
  interval: 'text NOT NULL',
  open_time_ms: 'bigint NOT NULL',
  close_time_ms: 'bigint NOT NULL',
  trade_count: 'bigint NOT NULL',
  first_trade_id: 'bigint',
  last_trade_id: 'bigint',
  complete: 'boolean NOT NULL',
  source: 'text',
  // A candle of clock time has 0, because a primary key holds no nulls.
  bar: 'bigint NOT NULL DEFAULT 0',
}
const DOUBLE = 'double precision NOT NULL'

/** The columns of a candle; an indicator's is a nullable double. */
export const CANDLE_COLUMNS: readonly Column[] = Object.keys(Candle.shape).map(name => ({
  name,
  type: TYPES[name] ?? DOUBLE,
}))

/** Postgres cuts longer names, which could make two columns one. */
const NAME_BYTES_MAX = 63

/** @throws Error for a name that Postgres would cut */
export function identifier(name: string): string {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX)
    throw new Error(`"${name}" is longer than the ${NAME_BYTES_MAX} bytes that Postgres has for a name`)
  return `"${name.replaceAll('"', '""')}"`
}

const KEY = 'pair, interval, open_time_ms, bar'

/** @returns the statements that make a topic's table, safe to run when it is there. */
export function createTable(schema: string, table: string): string {
  const columns = CANDLE_COLUMNS.map(({ name, type }) => `${identifier(name)} ${type}`)
  return `CREATE TABLE IF NOT EXISTS ${identifier(schema)}.${identifier(table)} (
    ${columns.join(', ')},
    published_ms bigint NOT NULL,
    PRIMARY KEY (${KEY})
  )`
}

export const createPositions = (schema: string): string => `
  CREATE TABLE IF NOT EXISTS ${identifier(schema)}.candlewick_positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    whole_from_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
  )`

export const addColumn = (schema: string, table: string, name: string): string =>
  `ALTER TABLE ${identifier(schema)}.${identifier(table)} ADD COLUMN IF NOT EXISTS ${identifier(name)} double precision`

/** @returns a query for the primary key of a table that was made before there were bars: a row with its name, or none. */
export const oldKey = (schema: string, table: string): string => `
  SELECT conname AS name FROM pg_constraint
  WHERE conrelid = '${identifier(schema)}.${identifier(table)}'::regclass AND contype = 'p'
    AND NOT EXISTS (
      SELECT 1 FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey) AND attname = 'bar'
    )`

/** @returns the statements that add the number of the bar to a table and to its primary key, `key`. */
export function addBar(schema: string, table: string, key: string): string {
  const name = `${identifier(schema)}.${identifier(table)}`
  return `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS bar ${TYPES.bar};
    ALTER TABLE ${name} DROP CONSTRAINT ${identifier(key)}, ADD PRIMARY KEY (${KEY})`
}
