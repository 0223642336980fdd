import { Client, type ClientConfig } from 'pg'
import type { RowKind } from '../kind.ts'
import { addBar, createPositions, createTable, identifier, oldKey } from './table.ts'

/** Maximum time for changing the primary key of a large table, or for converting the table to a hypertable. */
const STATEMENT_MS = 3_600_000
const WEEK_MS = 604_800_000

/**
 * Creates the schema's tables and upgrades older ones, in one transaction on a connection of its own.
 * @throws Error of the database, e.g. for a wrong password or a missing right
 */
export async function makeTables(connection: ClientConfig, schema: string, kinds: Iterable<RowKind>): Promise<void> {
  const client = new Client({
    ...connection,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS,
    keepAlive: true,
  })
  // When the connection breaks, its pending statement fails. An event `error` without a listener would end the process.
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('BEGIN')
    // Several instances may start at once. They take turns, because concurrent changes of the schema fail in Postgres.
    await client.query("SELECT pg_advisory_xact_lock(hashtext('candlewick feature-store'))")
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`)
    await client.query(createPositions(schema))
    for (const kind of kinds) {
      await client.query(createTable(schema, kind))
      await upgrade(client, schema, kind)
      await makeHypertable(client, schema, kind)
    }
    await client.query('COMMIT')
  } finally {
    await client.end()
  }
}

/** Adds the column `bar` to tables of versions without bars. */
async function upgrade(client: Client, schema: string, kind: RowKind): Promise<void> {
  if (!kind.fields.includes('bar')) return
  const { rows } = await client.query<{ name: string }>(oldKey(schema, kind))
  if (rows[0]) await client.query(addBar(schema, kind, rows[0].name))
}

/** Converts tables to hypertables if the database has TimescaleDB, with chunks of a week in the unit of the time column. */
async function makeHypertable(client: Client, schema: string, { name, time }: RowKind): Promise<void> {
  const { rowCount } = await client.query("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")
  if (!rowCount) return
  await client.query(
    `SELECT create_hypertable($1::regclass, $2::name, chunk_time_interval => ${WEEK_MS}::bigint, if_not_exists => true, migrate_data => true)`,
    [`${identifier(schema)}.${identifier(name)}`, time],
  )
}
