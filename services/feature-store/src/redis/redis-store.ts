import { inOrder } from '@candlewick/market-data'
import { Redis } from 'iovalkey'
import type { StoredRow } from '../row.ts'
import type { Batch, PartitionSink, Source, Store } from '../store.ts'

/**
 * KEYS: the row's hash. ARGV: its opening time, the row, its number where it is a bar, else 0. An older row never replaces a
 * newer one, and the same one again changes nothing, so that a stretch may be stored any number of times, by any number of
 * instances.
 */
const PUT_IF_NEWER = `
local known = redis.call('HGET', KEYS[1], 'open_time_ms')
local order = known and tonumber(ARGV[1]) - tonumber(known)
if order == 0 then order = tonumber(ARGV[3]) - tonumber(redis.call('HGET', KEYS[1], 'bar') or '0') end
if not known or order > 0 then
  redis.call('HSET', KEYS[1], 'open_time_ms', ARGV[1], 'row', ARGV[2])
  if ARGV[3] ~= '0' then redis.call('HSET', KEYS[1], 'bar', ARGV[3]) end
end`
/** KEYS: the position. ARGV: the offset. It never goes back. */
const ADVANCE = `
local known = redis.call('GET', KEYS[1])
if not known or tonumber(known) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end`

const CONNECT_MS = 5_000
const COMMAND_MS = 10_000

interface Commands {
  putIfNewer(key: string, openMs: number, row: string, bar: number): Promise<unknown>
  advance(key: string, offset: number): Promise<unknown>
}

/** Where a pair's newest row is: a hash with `open_time_ms` and `row`, the row's JSON; of a bar also its `bar`. */
export const rowKey = (prefix: string, table: string, pair: string, interval: string): string =>
  `${prefix}${table}:${pair}:${interval}`

/** The newest row of each pair and interval, in Redis or Valkey. */
export class RedisStore implements Store {
  readonly name = 'redis'
  readonly #client: Redis & Commands
  readonly #prefix: string
  readonly #tables: ReadonlyMap<string, string>
  #problem: Error | undefined
  #connecting: Promise<void> | undefined

  /**
   * @param url `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS
   * @param prefix before every key
   * @param tables what each topic's rows are called in the keys
   * @param commandMs how long a command may take
   */
  constructor(url: string, prefix: string, tables: ReadonlyMap<string, string>, commandMs = COMMAND_MS) {
    this.#prefix = prefix
    this.#tables = tables
    this.#client = new Redis(url, {
      lazyConnect: true,
      connectTimeout: CONNECT_MS,
      commandTimeout: commandMs,
      // Silence breaks the connection, too: of a machine that is gone the kernel would wait a quarter of an hour to tell.
      socketTimeout: commandMs,
      // A command that cannot be sent fails, and the task begins again: nothing queues up here.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      scripts: { putIfNewer: { numberOfKeys: 1, lua: PUT_IF_NEWER }, advance: { numberOfKeys: 1, lua: ADVANCE } },
    }) as Redis & Commands
    this.#client.on('error', error => {
      this.#problem = error
    })
  }

  async open(source: Source): Promise<PartitionSink> {
    await this.#connect()
    const key = this.#positionKey(source)
    const known = await this.#client.get(key)
    return new RedisSink(known === null ? null : Number(known), batch => this.#store(key, source, batch))
  }

  async close(): Promise<void> {
    this.#client.disconnect()
  }

  /** Partitions that open at the same time share one attempt. */
  async #connect(): Promise<void> {
    if (this.#client.status === 'ready') return
    this.#connecting ??= this.#client
      .connect()
      .catch(error => {
        throw this.#problem ?? error
      })
      .finally(() => {
        this.#connecting = undefined
      })
    this.#problem = undefined
    await this.#connecting
  }

  async #store(positionKey: string, { topic }: Source, { rows, next }: Batch): Promise<void> {
    const table = this.#tables.get(topic) ?? topic
    const pipeline = this.#client.pipeline() as unknown as Commands & { exec(): Promise<[Error | null, unknown][]> }
    for (const { row } of newest(rows))
      void pipeline.putIfNewer(
        rowKey(this.#prefix, table, row.pair, row.interval),
        row.open_time_ms,
        JSON.stringify(row),
        row.bar ?? 0,
      )
    // Last: a position is there only when its rows are.
    void pipeline.advance(positionKey, next)
    for (const [error] of await pipeline.exec()) if (error) throw error
  }

  #positionKey({ topic, partition }: Source): string {
    return `${this.#prefix}position:${topic}:${partition}`
  }
}

/** @returns the newest row of each pair and interval: what the others would write is overwritten in the same batch. */
function newest(rows: readonly StoredRow[]): Iterable<StoredRow> {
  const byKey = new Map<string, StoredRow>()
  for (const one of rows) {
    const key = `${one.row.pair} ${one.row.interval}`
    const known = byKey.get(key)
    if (!known || inOrder(known.row, one.row) < 0) byKey.set(key, one)
  }
  return byKey.values()
}

class RedisSink implements PartitionSink {
  readonly #store: (batch: Batch) => Promise<void>
  position: number | null

  constructor(position: number | null, store: (batch: Batch) => Promise<void>) {
    this.position = position
    this.#store = store
  }

  async write(batch: Batch): Promise<void> {
    await this.#store(batch)
    this.position = batch.next
  }

  /** Only the newest row is kept anyway. */
  async truncated(start: number): Promise<void> {
    this.position = start
  }
}
