import { Redis } from 'iovalkey'
import { Client } from 'pg'

/** @returns the answer of one query to Postgres. */
export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** @returns the feature rows of a schema as the topic has them: Postgres answers 64-bit integers as text. */
export async function storedInPostgres(url: string, schema: string): Promise<object[]> {
  const rows = await query(url, `SELECT * FROM ${schema}.features`)
  const plain = (value: unknown) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value)
  return rows.map(({ published_ms: _, source, bar, ...row }) => {
    const fields = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]))
    return { ...fields, ...(source !== null && { source }), ...(bar !== '0' && { bar: Number(bar) }) }
  })
}

/** @returns the newest rows that Redis has, as the topic has them. */
export async function storedInRedis(url: string, prefix: string): Promise<object[]> {
  const client = new Redis(url)
  const keys = await client.keys(`${prefix}features:*`)
  const rows = await Promise.all(keys.map(key => client.hget(key, 'row')))
  client.disconnect()
  return rows.map(row => JSON.parse(row!) as object)
}
