import { Redis } from 'iovalkey'
import { inOrder, type RowKind } from '../kind.ts'
import type { Row, StoredRow } from '../row.ts'
import type { Batch, PartitionSink, Source, Store } from '../store.ts'

/**
 * KEYS: the row's hash. ARGV: the row, then name and value of each field of its order, by decreasing weight. An older row never
 * replaces a newer one, and storing a row again changes nothing. Any number of instances may therefore store rows repeatedly.
 */
const PUT_IF_NEWER = `
for i = 2, #ARGV, 2 do
  local known = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '-1')
  local given = tonumber(ARGV[i + 1])
  if given < known then return end
  if given > known then
    redis.call('HSET', KEYS[1], 'row', unpack(ARGV))
    return
  end
end`
/** KEYS: the position. ARGV: the offset, and the position as text, which begins with the offset. A position never goes back. */
const ADVANCE = `
local known = redis.call('GET', KEYS[1])
if not known or tonumber(string.match(known, '^%d+')) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[2]) end`

const CONNECT_MS = 5_000
const COMMAND_MS = 10_000

interface Commands {
  putIfNewer(key: string, ...rowAndOrder: string[]): Promise<unknown>
  advance(key: string, offset: number, position: string): Promise<unknown>
}

/** Key of a series' newest row: a hash with `row`, the row's JSON, and the fields of its order, e.g. `open_time_ms`. */
export const rowKey = (prefix: string, { name, series }: RowKind, row: Row): string =>
  `${prefix}${name}:${series.map(field => row[field]).join(':')}`

/** The newest row of each series, such as a pair and interval, in Redis or Valkey. */
export class RedisStore implements Store {
  readonly name = 'redis'
  readonly #client: Redis & Commands
  readonly #prefix: string
  readonly #kinds: ReadonlyMap<string, RowKind>
  #problem: Error | undefined
  #connecting: Promise<void> | undefined

  /**
   * @param url `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS
   * @param prefix before every key
   * @param kinds the kind of each topic's rows
   * @param commandMs how long a command may take
   */
  constructor(url: string, prefix: string, kinds: ReadonlyMap<string, RowKind>, commandMs = COMMAND_MS) {
    this.#prefix = prefix
    this.#kinds = kinds
    this.#client = new Redis(url, {
      lazyConnect: true,
      connectTimeout: CONNECT_MS,
      commandTimeout: commandMs,
      // Silence also closes the connection: if the machine is gone, the kernel reports this only after a quarter of an hour.
      socketTimeout: commandMs,
      // A command that cannot be sent fails at once, and the task opens the store again. No commands queue up here.
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
    const [offset, topicId = source.topicId] = known?.split(' ') ?? []
    const store = (batch: Batch) => this.#store(key, { ...source, topicId }, batch)
    return new RedisSink(offset === undefined ? null : Number(offset), topicId, store)
  }

  async close(): Promise<void> {
    this.#client.disconnect()
  }

  /** Partitions that open at the same time share one attempt to connect. */
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

  async #store(positionKey: string, { topic, topicId }: Source, { rows, next }: Batch): Promise<void> {
    const kind = this.#kinds.get(topic)!
    const pipeline = this.#client.pipeline() as unknown as Commands & { exec(): Promise<[Error | null, unknown][]> }
    for (const { row } of newest(kind, rows)) {
      const order = kind.order.flatMap(field => (row[field] === undefined ? [] : [field, String(row[field])]))
      void pipeline.putIfNewer(rowKey(this.#prefix, kind, row), JSON.stringify(row), ...order)
    }
    // The position is written last, because it promises that the rows before it are stored.
    void pipeline.advance(positionKey, next, topicId === undefined ? String(next) : `${next} ${topicId}`)
    for (const [error] of await pipeline.exec()) if (error) throw error
  }

  #positionKey({ topic, partition }: Source): string {
    return `${this.#prefix}position:${topic}:${partition}`
  }
}

/** @returns the newest row of each series, because this batch would overwrite the older rows anyway. */
function newest(kind: RowKind, rows: readonly StoredRow[]): Iterable<StoredRow> {
  const bySeries = new Map<string, StoredRow>()
  for (const one of rows) {
    const key = rowKey('', kind, one.row)
    const known = bySeries.get(key)
    if (!known || inOrder(kind, known.row, one.row) < 0) bySeries.set(key, one)
  }
  return bySeries.values()
}

class RedisSink implements PartitionSink {
  readonly #store: (batch: Batch) => Promise<void>
  readonly topicId: string | undefined
  position: number | null

  constructor(position: number | null, topicId: string | undefined, store: (batch: Batch) => Promise<void>) {
    this.position = position
    this.topicId = topicId
    this.#store = store
  }

  async write(batch: Batch): Promise<void> {
    await this.#store(batch)
    this.position = batch.next
  }

  /** Only advances the position, because Redis keeps only the newest rows anyway. */
  async truncated(start: number): Promise<void> {
    this.position = start
  }
}
