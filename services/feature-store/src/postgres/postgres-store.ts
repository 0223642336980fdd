import { type ClientConfig, Pool, type PoolClient } from 'pg'
import { indicatorsOf, type RowKind } from '../kind.ts'
import type { StoredRow } from '../row.ts'
import { type Batch, type PartitionSink, RowRefused, type Source, type Store, Superseded } from '../store.ts'
import { insertRows } from './copy.ts'
import { makeTables } from './schema.ts'
import { addColumn, identifier } from './table.ts'

const CONNECT_MS = 5_000
const STATEMENT_MS = 60_000
/** Extra time for the server to report that a statement took too long. After it the connection is closed. */
const SILENCE_MS = 5_000
const CONNECTIONS_MAX = 8
/** SQLSTATE classes of errors that a row causes: data exceptions and violated constraints. */
const OF_ROW = /^(22|23)/

/** Stores rows in a table for each topic, each row once, in the transaction that advances the partition's position. */
export class PostgresStore implements Store {
  readonly name = 'postgres'
  readonly #connection: ClientConfig
  readonly #pool: Pool
  readonly #schema: string
  readonly #kinds: ReadonlyMap<string, RowKind>
  /** Columns that are known to exist, by table. */
  readonly #columns = new Map<string, Set<string>>()
  #made: Promise<void> | undefined

  /**
   * @param url `postgres://user:password@host:port/database`
   * @param kinds the kind of each topic's rows
   * @param statementMs how long a statement may take
   */
  constructor(url: string, schema: string, kinds: ReadonlyMap<string, RowKind>, statementMs = STATEMENT_MS) {
    this.#schema = schema
    this.#kinds = kinds
    this.#connection = {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: 'candlewick feature-store',
    }
    this.#pool = new Pool({
      ...this.#connection,
      max: CONNECTIONS_MAX,
      statement_timeout: statementMs,
      query_timeout: statementMs + SILENCE_MS,
    })
    // When a connection breaks, its pending statement fails; an idle connection is replaced when one is needed. The event
    // `error` adds nothing to that, but would end the process if it had no listener, and the pool's own listener receives only
    // the events of idle connections.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', client => client.on('error', () => {}))
  }

  async open(source: Source): Promise<PartitionSink> {
    this.#made ??= makeTables(this.#connection, this.#schema, this.#kinds.values()).catch(error => {
      this.#made = undefined
      throw error
    })
    await this.#made
    const { rows } = await this.#pool.query<{ next_offset: string; topic_id: string | null }>(
      `SELECT next_offset, topic_id FROM ${this.#positions} WHERE topic = $1 AND partition = $2`,
      [source.topic, source.partition],
    )
    const topicId = rows[0]?.topic_id ?? source.topicId
    const known = { ...source, topicId }
    return new PostgresSink(rows[0] ? Number(rows[0].next_offset) : null, topicId, {
      write: (batch, position) => this.#write(known, batch, position),
      truncated: (start, position) => this.#truncated(known, start, position),
    })
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  get #positions(): string {
    return `${identifier(this.#schema)}.candlewick_positions`
  }

  async #write(source: Source, { rows, next }: Batch, position: number | null): Promise<void> {
    const kind = this.#kinds.get(source.topic)!
    const indicators = indicatorsOf(kind, rows)
    await this.#addColumns(kind.name, indicators)
    const fields = [...kind.fields, ...indicators]
    try {
      await this.#transaction(async client => {
        await this.#advance(client, source, next, position)
        if (rows.length > 0) await insertRows(client, { schema: this.#schema, table: kind.name }, rows, fields)
      })
    } catch (error) {
      if (!isOfRow(error)) throw error
      throw await this.#refusedRow(kind, rows, fields, error as Error)
    }
  }

  /** @throws Superseded if another instance has moved the position. */
  async #advance(client: PoolClient, source: Source, next: number, position: number | null): Promise<void> {
    const { topic, partition, topicId } = source
    const { rowCount } =
      position === null
        ? await client.query(
            `INSERT INTO ${this.#positions} (topic, partition, next_offset, whole_from_offset, topic_id)
             VALUES ($1, $2, $3, 0, $4) ON CONFLICT DO NOTHING`,
            [topic, partition, next, topicId],
          )
        : await client.query(
            `UPDATE ${this.#positions} SET next_offset = $3, topic_id = $4
             WHERE topic = $1 AND partition = $2 AND next_offset = $5`,
            [topic, partition, next, topicId, position],
          )
    if (rowCount !== 1) throw new Superseded(source)
  }

  async #truncated(source: Source, start: number, position: number | null): Promise<void> {
    await this.#transaction(async client => {
      await this.#advance(client, source, start, position)
      await client.query(`UPDATE ${this.#positions} SET whole_from_offset = $3 WHERE topic = $1 AND partition = $2`, [
        source.topic,
        source.partition,
        start,
      ])
    })
  }

  /** Adds columns for new indicators, in a transaction of its own, because adding columns locks the whole table. */
  async #addColumns(table: string, indicators: readonly string[]): Promise<void> {
    const known = this.#columns.get(table) ?? new Set()
    this.#columns.set(table, known)
    for (const name of indicators) {
      if (known.has(name)) continue
      await this.#pool.query(addColumn(this.#schema, table, name))
      known.add(name)
    }
  }

  /** @returns the first row that the table refuses, found by inserting one row at a time; the inserts are rolled back. */
  async #refusedRow(
    kind: RowKind,
    rows: readonly StoredRow[],
    fields: readonly string[],
    error: Error,
  ): Promise<Error> {
    const target = { schema: this.#schema, table: kind.name }
    let tried: StoredRow | undefined
    const attempt = this.#transaction(async client => {
      for (tried of rows) {
        await insertRows(client, target, [tried], fields)
        await client.query('DROP TABLE incoming')
      }
      throw error
    })
    return attempt.then(
      () => error,
      problem => (problem !== error && isOfRow(problem) ? new RowRefused(tried!, problem.message) : problem),
    )
  }

  async #transaction(work: (client: PoolClient) => Promise<void>): Promise<void> {
    const client = await this.#pool.connect()
    let failure: Error | undefined
    try {
      await client.query('BEGIN')
      await work(client)
      await client.query('COMMIT')
    } catch (error) {
      failure = error as Error
      throw error
    } finally {
      // After an error the state of the connection is unknown, so it is closed, and the transaction with it.
      client.release(failure)
    }
  }
}

const isOfRow = (error: unknown): boolean => OF_ROW.test(String((error as { code?: string }).code))

interface PositionedWrites {
  write(batch: Batch, position: number | null): Promise<void>
  truncated(start: number, position: number | null): Promise<void>
}

class PostgresSink implements PartitionSink {
  readonly #writes: PositionedWrites
  readonly topicId: string | undefined
  position: number | null

  constructor(position: number | null, topicId: string | undefined, writes: PositionedWrites) {
    this.position = position
    this.topicId = topicId
    this.#writes = writes
  }

  async write(batch: Batch): Promise<void> {
    await this.#writes.write(batch, this.position)
    this.position = batch.next
  }

  async truncated(start: number): Promise<void> {
    await this.#writes.truncated(start, this.position)
    this.position = start
  }
}
