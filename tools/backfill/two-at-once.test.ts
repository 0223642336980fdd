import { setTimeout as sleep } from 'node:timers/promises'
import { SimulatedExchange } from '@candlewick/exchanges'
import { type Log, memoryLog } from '@candlewick/streams'
import { expect, it, vi } from 'vitest'
import { Random } from '../../tests/simulation/random.ts'
import { type Changed, dying, file, type Run, world } from './harness.ts'

vi.setConfig({ testTimeout: 120_000 })

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
/** The quick tests have little time; HISTORIES=50 looks for more. */
const HISTORIES = Number(process.env.HISTORIES ?? 2)
const START_MS = 1_767_225_600_000
const MINUTE_MS = 60_000
const PAIRS = ['BTC/USD', 'ETH/USD', 'SOL/USD']
const TOOK_OVER =
  /^Another run of this command writes to trades, and this one has ended without harm\. Let the other one end, then run/
const OTHER_OWNER =
  /^--pair \S+: (BTC|ETH)\/USD is written by backfill-\S+@\S+, which gave a sign of life \d+ s ago; .*End one of them/

function linesOf(pairs: readonly string[], count: number, price = 100): string {
  const trade = (i: number) => ({
    pair: pairs[i % pairs.length],
    trade_id: Math.floor(i / pairs.length) + 1,
    side: 'buy',
    price,
    qty: 1,
    timestamp_ms: START_MS + i * 36,
  })
  return Array.from({ length: count }, (_, i) => `${JSON.stringify(trade(i))}\n`).join('')
}

const contiguous = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

type World = ReturnType<typeof world>

/** Starts a backfill at a random moment, and kills some of them at a random transaction. @returns undefined if it was killed */
async function someRun({ run, cluster }: World, random: Random, changed: Changed): Promise<Run | undefined> {
  await sleep(random.int(0, 40))
  if (random.chance(0.6)) return run(undefined, undefined, changed)
  const stopping = new AbortController()
  const log = dying(memoryLog(cluster), random.int(0, 5), random.chance(0.5), () => stopping.abort())
  const ended = await run(log, stopping, changed)
  return stopping.signal.aborted ? undefined : ended
}

/** @returns the messages of the runs that ended with an error, each of which must be one of these. */
function errorsOf(runs: readonly (Run | undefined)[], allowed: RegExp): string[] {
  const errors = runs.flatMap(one => one?.error ?? [])
  for (const error of errors) expect(error).toMatch(allowed)
  return errors
}

it.each([1, 3])(
  'writes each trade of %s pairs of a file once when several runs start and are killed at random moments',
  async count => {
    console.info(`SEED=${SEED} repeats these runs, apart from the timing`)
    const random = new Random(SEED + count)
    const pairs = PAIRS.slice(0, count)
    const path = file(linesOf(pairs, 60_000))
    for (let history = 0; history < HISTORIES; history++) {
      const here = world([path], pairs)
      const runs = await Promise.all(contiguous(0, random.int(2, 3)).map(() => someRun(here, random, {})))
      errorsOf(runs, TOOK_OVER)
      expect((await here.run()).error).toBeUndefined()
      for (const pair of pairs) expect(await here.ids(pair)).toEqual(contiguous(1, 60_000 / count))
    }
  },
)

/** Backfills of an exchange whose time stands still, of ten minutes in 10 s windows. */
function historic(pairs: readonly string[], minutes = 10) {
  const exchange = new SimulatedExchange({ tradesPerSecond: 2, speed: 0, startMs: Date.now() - 60 * MINUTE_MS })
  const toMs = Math.floor(exchange.time.now() / MINUTE_MS) * MINUTE_MS
  const fromMs = toMs - minutes * MINUTE_MS
  const changed: Changed = { exchange: 'binance', fromMs, toMs, rest: { get: exchange.get } }
  const idsOf = (pair: string) => {
    const first = exchange.lastIdBefore(pair, fromMs) + 1
    return contiguous(first, exchange.lastIdBefore(pair, toMs) - first + 1)
  }
  return { here: world([], pairs), changed, idsOf, fromMs, toMs }
}

it.each([1, 2])('writes each trade of %s pairs of an exchange’s history once, in the same way', async count => {
  const random = new Random(SEED + 10 + count)
  const pairs = PAIRS.slice(0, count)
  for (let times = 0; times < HISTORIES; times++) {
    const { here, changed, idsOf } = historic(pairs)
    const runs = await Promise.all(contiguous(0, random.int(2, 3)).map(() => someRun(here, random, changed)))
    errorsOf(runs, TOOK_OVER)
    expect((await here.run(undefined, undefined, changed)).error).toBeUndefined()
    for (const pair of pairs) expect(await here.ids(pair)).toEqual(idsOf(pair))
  }
})

it('refuses a pair that a run of other pairs writes, by its name and with the remedy', async () => {
  const random = new Random(SEED + 20)
  const path = file(linesOf(PAIRS, 60_000))
  let refused = 0
  // On a busy machine the runs of some histories do not overlap.
  for (let times = 0; times < HISTORIES || (refused === 0 && times < 30); times++) {
    const here = world([path], PAIRS)
    const lists = [['BTC/USD'], ['ETH/USD', 'BTC/USD'], ['ETH/USD', 'SOL/USD']]
    const starting = lists.map(async pairs => {
      await sleep(random.int(0, 20))
      return here.run(undefined, undefined, { pairs })
    })
    refused += errorsOf(await Promise.all(starting), OTHER_OWNER).length
    for (const pairs of lists) expect((await here.run(undefined, undefined, { pairs })).error).toBeUndefined()
    for (const pair of PAIRS) expect(await here.ids(pair)).toEqual(contiguous(1, 20_000))
  }
  expect(refused).toBeGreaterThan(0)
})

it('never mixes two files: of runs that contradict each other one is refused, or both', async () => {
  const random = new Random(SEED + 30)
  const files = [file(linesOf(PAIRS, 60_000, 100)), file(linesOf(PAIRS, 60_000, 200))]
  for (let times = 0; times < 2 * HISTORIES; times++) {
    const here = world([], PAIRS)
    const runs = files.map(async path => {
      await sleep(random.int(0, 60))
      return here.run(undefined, undefined, { files: [path] })
    })
    errorsOf(await Promise.all(runs), /is there with other content|^Another run of this command writes to trades/)
    const again = []
    for (const path of files) again.push((await here.run(undefined, undefined, { files: [path] })).error)
    expect(again.filter(error => error === undefined)).toHaveLength(1)
    expect(again.filter(error => error?.includes('is there with other content'))).toHaveLength(1)
    for (const pair of PAIRS) expect(await here.ids(pair)).toEqual(contiguous(1, 20_000))
  }
})

it('names the other run and the remedy if both begin to write to the topics of a suffix at the same moment', async () => {
  const { cluster, run, ids } = world([file(linesOf(['BTC/USD'], 100))], ['BTC/USD'], { suffix: '-x' })
  const log = memoryLog(cluster)
  const make = log.producer.bind(log)
  const producer: Log['producer'] = async id => {
    const own = await make(id)
    if (id.endsWith('-changelog-backfill')) await make(id)
    return own
  }
  expect((await run(Object.assign(log, { producer }))).error).toMatch(
    /^Another run of this command begins to write to the topics with the suffix -x at the same time.*: run it again$/,
  )
  expect(await ids('BTC/USD')).toEqual([])
  expect((await run()).error).toBeUndefined()
  expect(await ids('BTC/USD')).toEqual(contiguous(1, 100))
})
