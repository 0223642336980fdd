import { Redis } from 'iovalkey'
import { describe, expect, it } from 'vitest'
import { FEATURES, TRADES } from '../../src/kind.ts'
import { RedisStore, rowKey } from '../../src/redis/redis-store.ts'
import { featureRow, stored, storedTrade, trade } from '../rows.ts'
import { redisProgram, startRedis } from './server.ts'
import { storeContract, TOPIC } from './store-contract.ts'
import { storedInRedis } from './stored.ts'

const KINDS = new Map([[TOPIC, FEATURES]])
const isPossible = redisProgram() !== undefined
if (!isPossible) console.warn('The Redis store is not tested here: there is no valkey-server or redis-server')

describe.skipIf(!isPossible)('Redis', () => {
  storeContract('the Redis store', {
    start: startRedis,
    store: (url, name, answerMs) => new RedisStore(url, `${name}:`, KINDS, answerMs),
    rows: (url, name) => storedInRedis(url, `${name}:`),
    async holdUp(url) {
      const other = new Redis(url)
      await other.call('CLIENT', 'PAUSE', '60000', 'ALL')
      other.disconnect()
    },
    // The newest row of each pair and interval.
    kept: log => [...new Map(log.map(one => [`${one.row.pair} ${one.row.interval}`, one])).values()],
  })

  it('connects once for partitions that open at the same time', async () => {
    const server = await startRedis()
    const store = new RedisStore(server.url, '', KINDS)
    const sinks = await Promise.all([0, 1, 2].map(partition => store.open({ topic: TOPIC, partition })))
    expect(sinks.map(({ position }) => position)).toEqual([null, null, null])
    await store.close()
    await server.close()
  })

  it('never replaces a newer row with an older one', async () => {
    const server = await startRedis()
    const store = new RedisStore(server.url, '', KINDS)
    const sink = await store.open({ topic: TOPIC, partition: 0 })
    await sink.write({ rows: [stored(0, featureRow(5)), stored(1, featureRow(4))], next: 2 })
    await sink.write({ rows: [stored(2, featureRow(3))], next: 3 })
    const client = new Redis(server.url)
    const row = await client.hget(rowKey('', FEATURES, featureRow(5)), 'row')
    expect(JSON.parse(row!)).toEqual(featureRow(5))
    client.disconnect()
    await store.close()
    await server.close()
  })

  it('has the newest trade of each pair, by its id', async () => {
    const server = await startRedis()
    const store = new RedisStore(server.url, '', new Map([['trades', TRADES]]))
    const sink = await store.open({ topic: 'trades', partition: 0 })
    // Two trades of one millisecond.
    const newest = { ...trade(8), timestamp_ms: trade(7).timestamp_ms }
    await sink.write({ rows: [trade(7), newest, trade(3, 'ETH/USD')].map((row, i) => storedTrade(i, row)), next: 3 })
    await sink.write({ rows: [storedTrade(3, trade(7)), storedTrade(4, trade(2, 'ETH/USD'))], next: 5 })
    const client = new Redis(server.url)
    const of = async (pair: string) => JSON.parse((await client.hget(`trades:${pair}`, 'row'))!)
    expect(await of('BTC/USD')).toEqual(newest)
    expect(await of('ETH/USD')).toEqual(trade(3, 'ETH/USD'))
    client.disconnect()
    await store.close()
    await server.close()
  })

  it.each([
    ['full', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0'], /OOM/],
    ['a read-only replica', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'], /read only replica/],
  ])(
    'stores nothing while the server is %s, and goes on when it is not',
    async (_, [...change], [...undo], message) => {
      const server = await startRedis()
      const client = new Redis(server.url)
      const store = new RedisStore(server.url, '', KINDS)
      const rows = [stored(0, featureRow(0))]
      const sink = await store.open({ topic: TOPIC, partition: 0 })
      await client.call(change[0]!, ...change.slice(1))
      await expect(sink.write({ rows, next: 1 })).rejects.toThrow(message)
      await client.call(undo[0]!, ...undo.slice(1))
      const again = await store.open({ topic: TOPIC, partition: 0 })
      expect(again.position).toBeNull()
      await again.write({ rows, next: 1 })
      expect(await storedInRedis(server.url, '')).toEqual(rows.map(({ row }) => row))
      client.disconnect()
      await store.close()
      await server.close()
    },
  )

  it('says that the password is wrong', async () => {
    const server = await startRedis()
    const client = new Redis(server.url)
    await client.call('CONFIG', 'SET', 'requirepass', 'secret')
    const open = async (password: string) => {
      const store = new RedisStore(server.url.replace('//', `//:${password}@`), '', KINDS)
      return store.open({ topic: TOPIC, partition: 0 }).finally(() => store.close())
    }
    await expect(open('wrong')).rejects.toThrow(/WRONGPASS|invalid.*password/)
    expect((await open('secret')).position).toBeNull()
    client.disconnect()
    await server.close()
  })
})
