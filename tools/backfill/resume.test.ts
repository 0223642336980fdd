import { setTimeout as sleep } from 'node:timers/promises'
import { type MemoryCluster, memoryLog } from '@candlewick/streams'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dying, file, world } from './harness.ts'

const START_MS = 1_767_225_600_000
const PAIRS = ['BTC/USD', 'ETH/USD', 'SOL/USD']

/** Trades of pairs whose first ones are milliseconds apart, as in real files. */
function linesOf(pairs: readonly string[], from: number, count: number): string {
  const line = (i: number) =>
    JSON.stringify({
      pair: pairs[i % pairs.length],
      trade_id: Math.floor(i / pairs.length) + 1,
      side: 'buy',
      price: 100,
      qty: 1,
      timestamp_ms: START_MS + i * 36,
    })
  return Array.from({ length: count }, (_, i) => `${line(from + i)}\n`).join('')
}

const contiguous = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

it('continues from each pair’s own cursor after a kill at any transaction, until every trade is written once', async () => {
  const situation = fc.record({
    pairs: fc.integer({ min: 1, max: 3 }),
    files: fc.integer({ min: 1, max: 2 }),
    kills: fc.array(fc.record({ after: fc.integer({ min: 0, max: 6 }), commits: fc.boolean() }), { maxLength: 3 }),
  })
  const each = 30_000
  const texts = new Map<number, string[]>()
  await fc.assert(
    fc.asyncProperty(situation, async ({ pairs: count, files: parts, kills }) => {
      const pairs = PAIRS.slice(0, count)
      const total = each * count
      if (!texts.has(count * 10 + parts)) {
        const size = total / parts
        texts.set(
          count * 10 + parts,
          Array.from({ length: parts }, (_, i) => file(linesOf(pairs, i * size, size))),
        )
      }
      const { cluster, run, ids } = world(texts.get(count * 10 + parts)!, pairs)
      for (const { after, commits } of kills) {
        const stopping = new AbortController()
        await run(
          dying(memoryLog(cluster), after, commits, () => stopping.abort()),
          stopping,
        )
      }
      const last = await run()
      expect(last.error).toBeUndefined()
      for (const pair of pairs) expect(await ids(pair)).toEqual(contiguous(each))
      const again = await run()
      expect(again.error).toBeUndefined()
      expect(again.summary).toMatchObject({ ok: true })
      for (const account of again.summary!.pairs)
        expect(account).toMatchObject({ read: each, written: 0, already_there: { same: each, other: 0 } })
    }),
    { numRuns: 6, examples: [[{ pairs: 1, files: 1, kills: [{ after: 1, commits: true }] }]] },
  )
}, 120_000)

it('writes each trade once when two runs compete, one of which may end because the other took over', async () => {
  const { run, ids } = world([file(linesOf(PAIRS, 0, 60_000))], PAIRS)
  const runs = await Promise.all([run(), run()])
  const failed = runs.filter(({ error }) => error !== undefined)
  expect(failed.length).toBeLessThan(2)
  for (const { error } of failed)
    expect(error).toMatch(/^Another run of this command writes to trades, and this one has ended.*: /)
  for (const pair of PAIRS) expect(await ids(pair)).toEqual(contiguous(20_000))
  expect((await run()).error).toBeUndefined()
})

it('reports a pair that is missing in the files before anything is written', async () => {
  const { cluster, run } = world([file(linesOf(['BTC/USD'], 0, 10))], ['BTC/USD', 'ETH/USD'])
  expect((await run()).error).toMatch(/no trades of ETH\/USD/)
  expect(cluster.partitions('trades')).toHaveLength(0)
})

it('reads files in the order of their times, independently of the order in which they are named', async () => {
  const files = [file(linesOf(['BTC/USD'], 100, 100)), file(linesOf(['BTC/USD'], 0, 100))]
  const { run, ids } = world(files, ['BTC/USD'])
  const { said } = await run()
  expect(said).toContain(`The files are read in this order: ${files[1]}, ${files[0]}.`)
  expect(await ids('BTC/USD')).toEqual(contiguous(200))
})

it('writes every row of a suffix, however long the transactions of the services take', async () => {
  const path = file(linesOf(['BTC/USD'], 0, 1500))
  const { cluster, run } = world([path], ['BTC/USD'], { suffix: '-old' })
  const log = memoryLog(cluster)
  const slow = Object.assign(memoryLog(cluster), {
    producer: async (id: string) => {
      const producer = await log.producer(id)
      const transact: typeof producer.transact = async (records, offsets) => {
        if (id.startsWith('candles-old')) await sleep(1500)
        return producer.transact(records, offsets)
      }
      return { close: () => producer.close(), transact }
    },
  })
  expect((await run(slow)).error).toBeUndefined()
  const [candles, rows] = await Promise.all(['candles-old', 'technical-indicators-old'].map(t => dataOf(cluster, t)))
  expect(candles).toBeGreaterThan(50)
  expect(rows).toBe(candles)
})

/** Number of data records in a topic. */
async function dataOf(cluster: MemoryCluster, topic: string): Promise<number> {
  const log = memoryLog(cluster)
  let count = 0
  for (let p = 0; p < cluster.partitions(topic).length; p++) {
    const { start, end } = await log.offsets(topic, p)
    for await (const records of log.read(topic, p, start, end))
      for (const { value, headers } of records) if (value !== null && !headers?.control) count++
  }
  return count
}
