import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { kafkaLog } from '@candlewick/kafka'
import {
  findProgram,
  redisProgram,
  startPostgres,
  startRedis,
  type TestServer,
} from '../../services/feature-store/test/servers/server.ts'
import { query } from '../../services/feature-store/test/servers/stored.ts'
import { startBroker } from '../../tools/broker/index.ts'
import type { Measured } from '../measure.ts'
import { surroundings } from '../surroundings.ts'
import { render, rowOf } from '../table.ts'
import { featureRows, writeRows } from './rows.ts'

/**
 * `npm run bench:store`: measures the cost of a row in each store of the feature store, beside the cost of reading the topic
 * alone.
 */
const { values: args } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    repeats: { type: 'string', default: '3' },
    /** The name of a file of `results/` to write. */
    save: { type: 'string' },
  },
})
const PARTITIONS = 3
const PARSE = 'raw kafkajs: read + JSON.parse'
const SCHEMA = 'candlewick'

const folder = mkdtempSync(join(tmpdir(), 'candlewick-bench-'))
const servers: TestServer[] = []
const broker = await startBroker({ running: process.env.KAFKA_BROKERS, report: sentence => console.error(sentence) })
const around = surroundings(broker.kind)
const log = kafkaLog({ brokers: broker.brokers.split(','), clientId: 'bench' })

async function server(program: string | undefined, start: () => Promise<TestServer>): Promise<string | undefined> {
  if (program === undefined) return undefined
  const started = await start()
  servers.push(started)
  return started.url
}

async function run(file: string, rest: readonly string[]): Promise<Measured> {
  const path = join(import.meta.dirname, '../contestants', file)
  const { stdout } = await promisify(execFile)(process.execPath, [path, broker.brokers, ...rest])
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured
}

const bytesUnder = (place: string): number =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)

try {
  const rows = await featureRows(Number(args.rows))
  const topic = `bench-store-${Date.now()}`
  const count = String(await writeRows(log, topic, PARTITIONS, rows))
  const postgres = await server(findProgram('initdb'), startPostgres)
  const redis = await server(redisProgram(), startRedis)
  const contestants = new Map<string, (i: number) => Promise<Measured>>([
    ['raw kafkajs: read', () => run('raw-kafkajs.ts', [topic, count, 'read'])],
    [PARSE, () => run('raw-kafkajs.ts', [topic, count, 'parse'])],
    ['Parquet', i => run('feature-store.ts', [topic, count, 'STORE_PARQUET', join(folder, String(i))])],
  ])
  if (redis) contestants.set('Redis', i => run('feature-store.ts', [topic, count, 'STORE_REDIS', `${redis}/${i}`]))
  else console.error('Left out: neither valkey-server nor redis-server is installed')
  if (postgres)
    contestants.set('Postgres', async () => {
      await query(postgres, `DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`)
      return run('feature-store.ts', [topic, count, 'STORE_POSTGRES', postgres])
    })
  else console.error('Left out: Postgres is not installed')
  const results = new Map<string, Measured[]>()
  for (let i = 0; i < Number(args.repeats); i++)
    for (const [name, measure] of contestants) results.set(name, [...(results.get(name) ?? []), await measure(i)])
  const table = [...results].map(([name, runs]) => rowOf(name, runs))
  const bytes = {
    topic_json: rows.reduce((sum, row) => sum + row.length, 0) / rows.length,
    parquet: bytesUnder(join(folder, '0')) / rows.length,
    ...(postgres && {
      postgres:
        Number((await query(postgres, `SELECT pg_total_relation_size('${SCHEMA}.features') AS n`))[0]!.n) / rows.length,
    }),
  }
  console.log(render(table, PARSE))
  console.log('Bytes a row:', bytes)
  if (args.save)
    writeFileSync(
      join(import.meta.dirname, `../results/${args.save}.json`),
      `${JSON.stringify({ ...around, rows: rows.length, bytes_a_row: bytes, table }, undefined, 2)}\n`,
    )
} finally {
  for (const one of servers) await one.close()
  await log.close()
  await broker.stop()
  rmSync(folder, { recursive: true, force: true })
}
