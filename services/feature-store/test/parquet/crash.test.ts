import type { FeatureRow } from '@candlewick/market-data'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FEATURES } from '../../src/kind.ts'
import { ParquetStore } from '../../src/parquet/parquet-store.ts'
import type { StoredRow } from '../../src/row.ts'
import { type PartitionSink, Superseded } from '../../src/store.ts'
import { featureRow, MINUTE_MS, stored } from '../rows.ts'
import { readDataset } from './dataset.ts'
import { BUGS, Crash, MemoryFiles } from './memory-files.ts'

const SOURCE = { topic: 'technical-indicators', partition: 0 }
const KINDS = new Map([[SOURCE.topic, FEATURES]])
const ROWS = 40

/** Rows of two pairs and two intervals, over two days, with control records (offsets without a row) in between. */
const LOG: readonly StoredRow[] = Array.from({ length: ROWS }, (_, i) => {
  const n = 1420 + i
  const fields: Partial<FeatureRow> = i > ROWS / 2 ? { rsi_14: i } : {}
  return stored(3 * i + (i % 2), featureRow(n, i % 3 === 0 ? 'ETH/USD' : 'BTC/USD', fields))
})
const END = LOG.at(-1)!.offset + 1

/** One step of a history: the instance that continues, the number of its rows, its setting, and whether it ends on the way. */
const steps = fc.array(
  fc.record({
    instance: fc.nat(1),
    rows: fc.integer({ min: 1, max: 15 }),
    /** The setting of an instance that opens the store in this step, minutes. */
    period: fc.constantFrom(5, 7),
    crashIn: fc.option(fc.integer({ min: 1, max: 12 })),
  }),
  { minLength: 1, maxLength: 25 },
)
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never

interface Instance {
  readonly files: MemoryFiles
  sink: PartitionSink | undefined
  read: number
}

/**
 * Two instances store the same partition, because one has not noticed yet that it has lost the partition. Both end at random
 * moments.
 */
async function run(plan: Steps, Kind: new (files: Map<string, Buffer>) => MemoryFiles = MemoryFiles) {
  const disk = new Map<string, Buffer>()
  const instances = [0, 1].map((): Instance => ({ files: new Kind(disk), sink: undefined, read: 0 }))
  const storeOf = (files: MemoryFiles, period: number) =>
    new ParquetStore({ files, periodMs: period * MINUTE_MS, kinds: KINDS, rowsMax: 5 })
  const advance = async (one: Instance, count: number, period: number) => {
    if (!one.sink) {
      one.sink = await storeOf(one.files, period).open(SOURCE)
      one.read = one.sink.position ?? 0
    }
    const rows = LOG.filter(({ offset }) => offset >= one.read).slice(0, count)
    const next = rows.at(-1) ? rows.at(-1)!.offset + 1 : END
    await one.sink.write({ rows, next })
    one.read = next
  }
  for (const { instance, rows, period, crashIn } of plan) {
    const one = instances[instance]!
    one.files.crashIn = crashIn ?? Number.POSITIVE_INFINITY
    try {
      await advance(one, rows, period)
    } catch (error) {
      if (!(error instanceof Crash || error instanceof Superseded)) throw error
      one.sink = undefined
    }
  }
  return { disk, position: (await storeOf(new MemoryFiles(disk), 7).open(SOURCE)).position ?? 0 }
}

const keyOf = ({ pair, open_time_ms }: Record<string, unknown>) => `${String(pair)} ${String(open_time_ms)}`

/**
 * Checks that every row before the position is stored once with its values, and every other row at most once, in the
 * interrupted range.
 */
async function judge({ disk, position }: Awaited<ReturnType<typeof run>>): Promise<string[]> {
  const problems: string[] = []
  const found = await readDataset(disk).catch((error: Error) => {
    problems.push(`a file is not whole: ${error.message}`)
    return []
  })
  const byKey = Map.groupBy(found, keyOf)
  for (const { offset, row, publishedMs } of LOG) {
    const copies = byKey.get(keyOf(row as unknown as Record<string, unknown>)) ?? []
    if (copies.length > 1) problems.push(`${offset} is there ${copies.length} times`)
    if (copies.length === 0 && offset < position) problems.push(`${offset} is missing`)
    const [copy] = copies
    const { source: _, ...values } = copy ?? {}
    const expected: Record<string, unknown> = { ...row, published_ms: publishedMs }
    for (const [name, value] of Object.entries(values))
      if (value !== (expected[name] ?? null)) problems.push(`${offset} has ${name} ${String(value)}`)
  }
  return problems
}

it('stores each row once and right in complete files, wherever two instances end', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async plan => {
      expect(await judge(await run(plan))).toEqual([])
    }),
    { numRuns: 60 },
  )
})

it('reaches the end of the log when no instance ends any more', async () => {
  const outcome = await run([{ instance: 0, rows: ROWS, period: 7, crashIn: null }])
  expect(await judge(outcome)).toEqual([])
  // The rows of the last period are not in a file yet.
  expect(outcome.position).toBeGreaterThan(END - 3 * 7)
})

it.each(Object.keys(BUGS))('finds a deliberate bug: %s', async name => {
  const found = await fc.check(
    fc.asyncProperty(steps, async plan => {
      expect(await judge(await run(plan, BUGS[name]!))).toEqual([])
    }),
    { numRuns: 500 },
  )
  expect(found.failed).toBe(true)
})
