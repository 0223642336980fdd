import type { RowKind } from '../kind.ts'

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
  // A candle of clock time has 0, because a primary key cannot hold nulls.
  bar: 'bigint NOT NULL DEFAULT 0',
  trade_id: 'bigint NOT NULL',
  side: 'text',
  timestamp_ms: 'bigint NOT NULL',
}
const DOUBLE = 'double precision NOT NULL'

/** Postgres truncates longer names, which could make two columns one. */
const NAME_BYTES_MAX = 63

/** @throws Error for a name that Postgres would truncate */
export function identifier(name: string): string {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX)
    throw new Error(`"${name}" is longer than the ${NAME_BYTES_MAX} bytes that Postgres has for a name`)
  return `"${name.replaceAll('"', '""')}"`
}

/** @returns the columns of the primary key. They include the time, because TimescaleDB requires it. */
const keyOf = ({ series, time, order }: RowKind): string =>
  [...new Set([...series, time, ...order])].map(identifier).join(', ')

/** @returns the statement that creates the table of a kind if it does not exist. Columns of indicators are added later. */
export function createTable(schema: string, kind: RowKind): string {
  const columns = kind.fields.map(name => `${identifier(name)} ${TYPES[name] ?? DOUBLE}`)
  return `CREATE TABLE IF NOT EXISTS ${identifier(schema)}.${identifier(kind.name)} (
    ${columns.join(', ')},
    published_ms bigint NOT NULL,
    PRIMARY KEY (${keyOf(kind)})
  )`
}

export const createPositions = (schema: string): string => `
  CREATE TABLE IF NOT EXISTS ${identifier(schema)}.candlewick_positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    whole_from_offset bigint NOT NULL,
    topic_id text,
    PRIMARY KEY (topic, partition)
  );
  ALTER TABLE ${identifier(schema)}.candlewick_positions ADD COLUMN IF NOT EXISTS topic_id text`

export const addColumn = (schema: string, table: string, name: string): string =>
  `ALTER TABLE ${identifier(schema)}.${identifier(table)} ADD COLUMN IF NOT EXISTS ${identifier(name)} double precision`

/** @returns a query that returns the name of the primary key if the key is from before bars existed, and otherwise no row. */
export const oldKey = (schema: string, { name }: RowKind): string => `
  SELECT conname AS name FROM pg_constraint
  WHERE conrelid = '${identifier(schema)}.${identifier(name)}'::regclass AND contype = 'p'
    AND NOT EXISTS (
      SELECT 1 FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey) AND attname = 'bar'
    )`

/** @returns the statements that add the number of the bar to a table and to its primary key, `key`. */
export function addBar(schema: string, kind: RowKind, key: string): string {
  const name = `${identifier(schema)}.${identifier(kind.name)}`
  return `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS bar ${TYPES.bar};
    ALTER TABLE ${name} DROP CONSTRAINT ${identifier(key)}, ADD PRIMARY KEY (${keyOf(kind)})`
}
