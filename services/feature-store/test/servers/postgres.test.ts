import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FEATURES, TRADES } from '../../src/kind.ts'
import { PostgresStore } from '../../src/postgres/postgres-store.ts'
import { RowRefused } from '../../src/store.ts'
import { featureRow, MINUTE_MS, stored, storedTrade, trade } from '../rows.ts'
import { findProgram, startPostgres, type TestServer } from './server.ts'
import { storeContract, TOPIC } from './store-contract.ts'
import { query, storedInPostgres } from './stored.ts'

const KINDS = new Map([[TOPIC, FEATURES]])
const SOURCE = { topic: TOPIC, partition: 0 }
const isPossible = findProgram('initdb') !== undefined
if (!isPossible) console.warn('The Postgres store is not tested here: there is no Postgres server')

describe.skipIf(!isPossible)('Postgres', () => {
  storeContract('the Postgres store', {
    start: startPostgres,
    store: (url, name, answerMs) => new PostgresStore(url, name, KINDS, answerMs),
    rows: storedInPostgres,
    async holdUp(url, name) {
      const other = new Client(url)
      other.on('error', () => {})
      await other.connect()
      await other.query(`BEGIN; LOCK TABLE ${name}.features`)
    },
    kept: log => log,
  })

  let server: TestServer

  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)

  afterAll(() => server.close())

  it('adds a column for a new indicator', async () => {
    const store = new PostgresStore(server.url, 'columns', KINDS)
    const sink = await store.open(SOURCE)
    await sink.write({ rows: [stored(0, featureRow(0))], next: 1 })
    await sink.write({ rows: [stored(1, featureRow(1, 'BTC/USD', { rsi_14: 0.1 + 0.2 }))], next: 2 })
    expect(await query(server.url, 'SELECT rsi_14 FROM columns.features ORDER BY open_time_ms')).toEqual([
      { rsi_14: null },
      { rsi_14: 0.1 + 0.2 },
    ])
    await store.close()
  })

  it('adds the column for bars to the table of a version without bars, and keeps the rows', async () => {
    const old = new PostgresStore(server.url, 'old', KINDS)
    await (await old.open(SOURCE)).write({ rows: [stored(0, featureRow(0))], next: 1 })
    await old.close()
    const before = 'ALTER TABLE old.features DROP CONSTRAINT features_pkey, DROP COLUMN bar'
    await query(server.url, `${before}, ADD PRIMARY KEY (pair, interval, open_time_ms)`)
    const store = new PostgresStore(server.url, 'old', KINDS)
    const bars = [1, 2].map(bar => stored(bar, { ...featureRow(0), interval: 'tick:5', bar }))
    await (await store.open(SOURCE)).write({ rows: bars, next: 3 })
    await store.close()
    const rows = await query(server.url, 'SELECT interval, bar FROM old.features ORDER BY bar')
    expect(rows.map(({ interval, bar }) => `${interval} ${bar}`)).toEqual(['1m 0', 'tick:5 1', 'tick:5 2'])
  })

  it('has each trade once in a table of trades', async () => {
    const store = new PostgresStore(server.url, 'ticks', new Map([['trades', TRADES]]))
    const sink = await store.open({ topic: 'trades', partition: 0 })
    const trades = [1, 2, 3, 5].map(n => trade(n))
    await sink.write({ rows: trades.slice(0, 2).map((row, i) => storedTrade(i, row)), next: 2 })
    // The second trade again, as a producer of one's own may write it.
    await sink.write({ rows: trades.slice(1).map((row, i) => storedTrade(i + 2, row)), next: 5 })
    const found = await query(server.url, 'SELECT * FROM ticks.trades ORDER BY trade_id')
    const expected = trades.map(row => ({
      ...row,
      trade_id: String(row.trade_id),
      timestamp_ms: String(row.timestamp_ms),
      published_ms: String(row.timestamp_ms + 100),
    }))
    expect(found).toEqual(expected)
    await store.close()
  })

  it('makes hypertables if the database has TimescaleDB', async () => {
    // Found before the catalogue, by the search path: an extension as installed, and its function, which notes what it is asked.
    await query(
      server.url,
      `CREATE SCHEMA fake;
      CREATE VIEW fake.pg_extension AS SELECT 'timescaledb'::name AS extname;
      CREATE TABLE fake.asked (relation text, dimension name, chunk bigint, again boolean, migrates boolean);
      CREATE FUNCTION fake.create_hypertable(relation regclass, time_column_name name, partitioning_column name DEFAULT NULL,
        chunk_time_interval anyelement DEFAULT NULL::bigint, if_not_exists boolean DEFAULT false, migrate_data boolean DEFAULT false
      ) RETURNS void LANGUAGE sql AS $$
        INSERT INTO fake.asked VALUES (relation::text, time_column_name, chunk_time_interval, if_not_exists, migrate_data)
      $$`,
    )
    const url = `${server.url}?options=-csearch_path%3Dfake,pg_catalog`
    const kinds = new Map([
      [TOPIC, FEATURES],
      ['trades', TRADES],
    ])
    for (const store of [new PostgresStore(url, 'hyper', kinds), new PostgresStore(url, 'hyper', kinds)]) {
      await store.open(SOURCE)
      await store.close()
    }
    const asked = { chunk: String(7 * 24 * 60 * MINUTE_MS), again: true, migrates: true }
    const expected = [
      { relation: 'hyper.features', dimension: 'open_time_ms', ...asked },
      { relation: 'hyper.trades', dimension: 'timestamp_ms', ...asked },
    ]
    expect(await query(server.url, 'SELECT * FROM fake.asked')).toEqual([...expected, ...expected])
    // TimescaleDB refuses a table whose primary key lacks the time.
    const keys = await query(
      server.url,
      "SELECT pg_get_constraintdef(oid) AS key FROM pg_constraint WHERE conname IN ('features_pkey', 'trades_pkey') AND connamespace = 'hyper'::regnamespace ORDER BY conname",
    )
    expect(keys).toEqual([
      { key: 'PRIMARY KEY (pair, "interval", open_time_ms, bar)' },
      { key: 'PRIMARY KEY (pair, timestamp_ms, trade_id)' },
    ])
  })

  it('names the one row that the table can never accept', async () => {
    const store = new PostgresStore(server.url, 'refused', KINDS)
    const sink = await store.open(SOURCE)
    await sink.write({ rows: [], next: 1 })
    await query(server.url, 'ALTER TABLE refused.features ADD CHECK (close < 1000)')
    const rows = [1, 2, 3].map(n => stored(n, featureRow(n, 'BTC/USD', n === 2 ? { close: 5000 } : {})))
    const refusal = await sink.write({ rows, next: 4 }).catch(error => error)
    expect(refusal).toBeInstanceOf(RowRefused)
    expect(refusal.refused.offset).toBe(2)
    expect(await query(server.url, 'SELECT * FROM refused.features')).toEqual([])
    await store.close()
  })

  it('does not take a row for refused if the server ends while the refused row is looked for', async () => {
    const store = new PostgresStore(server.url, 'interrupted', KINDS)
    const sink = await store.open(SOURCE)
    await sink.write({ rows: [], next: 1 })
    // Refuses the first row that it sees, and ends the connection of whoever tries the next one.
    await query(
      server.url,
      `CREATE SEQUENCE interrupted.tries;
      CREATE FUNCTION interrupted.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('interrupted.tries') = 1 THEN RAISE check_violation; END IF;
        PERFORM pg_terminate_backend(pg_backend_pid());
        RETURN NEW;
      END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON interrupted.features FOR EACH ROW EXECUTE FUNCTION interrupted.refuse()`,
    )
    const failure = await sink.write({ rows: [stored(1, featureRow(1))], next: 2 }).catch(error => error)
    expect(failure).toMatchObject({ message: expect.stringMatching(/terminating connection/) })
    expect(failure).not.toBeInstanceOf(RowRefused)
    await store.close()
  })

  it.each([
    [
      'password',
      (url: string) => url.replace('secret', 'wrong'),
      'password authentication failed for user "candlewick"',
    ],
    ['database', (url: string) => url.replace('/postgres', '/nowhere'), 'database "nowhere" does not exist'],
  ])('says that the %s is wrong', async (_, changed, message) => {
    const store = new PostgresStore(changed(server.url), 'public', KINDS)
    await expect(store.open(SOURCE)).rejects.toThrow(message)
    await store.close()
  })

  it('stores nothing while the database is read-only, and continues afterwards', async () => {
    const store = new PostgresStore(server.url, 'readonly', KINDS)
    const rows = [stored(0, featureRow(0))]
    await (await store.open(SOURCE)).write({ rows: [], next: 0 })
    await query(server.url, 'ALTER DATABASE postgres SET default_transaction_read_only = on')
    // A setting of the database holds for connections that begin later.
    const later = new PostgresStore(server.url, 'readonly', KINDS)
    await expect(later.open(SOURCE)).rejects.toThrow(/in a read-only transaction/)
    const writable = `${server.url}?options=-cdefault_transaction_read_only%3Doff`
    await query(writable, 'ALTER DATABASE postgres RESET default_transaction_read_only')
    await (await later.open(SOURCE)).write({ rows, next: 1 })
    expect(await storedInPostgres(server.url, 'readonly')).toEqual(rows.map(({ row }) => row))
    await Promise.all([store.close(), later.close()])
  })
})
