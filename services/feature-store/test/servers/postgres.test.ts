import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PostgresStore } from '../../src/postgres/postgres-store.ts'
import { RowRefused } from '../../src/store.ts'
import { featureRow, stored } from '../rows.ts'
import { findProgram, startPostgres, type TestServer } from './server.ts'
import { storeContract, TOPIC } from './store-contract.ts'
import { query, storedInPostgres } from './stored.ts'

const TABLES = new Map([[TOPIC, 'features']])
const SOURCE = { topic: TOPIC, partition: 0 }
const isPossible = findProgram('initdb') !== undefined
if (!isPossible) console.warn('The Postgres store is not tested here: there is no Postgres server')

describe.skipIf(!isPossible)('Postgres', () => {
  storeContract('the Postgres store', {
    start: startPostgres,
    store: (url, name) => new PostgresStore(url, name, TABLES),
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

  it('adds a column for an indicator that is new', async () => {
    const store = new PostgresStore(server.url, 'columns', TABLES)
    const sink = await store.open(SOURCE)
    await sink.write({ rows: [stored(0, featureRow(0))], next: 1 })
    await sink.write({ rows: [stored(1, featureRow(1, 'BTC/USD', { rsi_14: 0.1 + 0.2 }))], next: 2 })
    expect(await query(server.url, 'SELECT rsi_14 FROM columns.features ORDER BY open_time_ms')).toEqual([
      { rsi_14: null },
      { rsi_14: 0.1 + 0.2 },
    ])
    await store.close()
  })

  it('names the one row that the table can never take', async () => {
    const store = new PostgresStore(server.url, 'refused', TABLES)
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

  it('says which password or database is wrong', async () => {
    const store = new PostgresStore(server.url.replace('/postgres', '/nowhere'), 'public', TABLES)
    await expect(store.open(SOURCE)).rejects.toThrow('database "nowhere" does not exist')
    await store.close()
  })
})
