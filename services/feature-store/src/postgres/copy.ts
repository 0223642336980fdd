import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { StoredRow } from '../row.ts'
import { identifier } from './table.ts'

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** Value of a column of the primary key for a row that lacks the field, because a primary key cannot hold nulls. */
const ABSENT: Readonly<Record<string, unknown>> = { bar: 0 }

/** A value in COPY's text format. Doubles are written with all digits, so that they are read as the same bits. */
function field(value: unknown): string {
  if (value === null || value === undefined) return '\\N'
  return typeof value === 'string' ? value.replace(/[\\\t\n\r]/g, found => ESCAPES[found]!) : String(value)
}

/**
 * Inserts rows by COPY into a temporary table of the transaction, and from there into the table, except for rows that the table
 * already has.
 * @param fields the rows' fields, all of which have columns
 * @returns how many rows were new
 */
export async function insertRows(
  client: PoolClient,
  target: { readonly schema: string; readonly table: string },
  rows: readonly StoredRow[],
  fields: readonly string[],
): Promise<number> {
  const columns = [...fields, 'published_ms'].map(identifier).join(', ')
  const table = `${identifier(target.schema)}.${identifier(target.table)}`
  await client.query(`CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT ${columns} FROM ${table} LIMIT 0`)
  const lines = Readable.from(
    (function* () {
      for (const { row, publishedMs } of rows)
        yield `${fields.map(name => field(row[name] ?? ABSENT[name])).join('\t')}\t${publishedMs}\n`
    })(),
  )
  await pipeline(lines, client.query(copyFrom(`COPY incoming (${columns}) FROM STDIN`)))
  const { rowCount } = await client.query(
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM incoming ON CONFLICT DO NOTHING`,
  )
  return rowCount ?? 0
}
