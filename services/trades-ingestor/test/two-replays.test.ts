import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, type Env, startService } from '@candlewick/service'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { Random } from '../../../tests/simulation/random.ts'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'
import { tradesIngestor } from '../src/service.ts'
import { records } from './harness.ts'

const START_MS = 1_767_225_600_000
const COUNT = 60_000
const PAIRS = ['A/B', 'C/D']
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
/** The quick tests have little time; HISTORIES=50 looks for more. */
const HISTORIES = Number(process.env.HISTORIES ?? 3)
const logger = createLogger('test', 'silent')

function fileOf(price: number): string {
  const line = (i: number) => `${PAIRS[i % 2]},${Math.floor(i / 2) + 1},buy,${price},1,${START_MS + i * 36}\n`
  const path = join(temporaryFolder(), 'trades.csv')
  writeFileSync(
    path,
    `pair,trade_id,side,price,qty,timestamp_ms\n${Array.from({ length: COUNT }, (_, i) => line(i)).join('')}`,
  )
  return path
}

/** @returns the message with which the replay ended; undefined after success */
async function replay(cluster: MemoryCluster, env: Env): Promise<string | undefined> {
  const own = { EXCHANGE: 'replay', PARTITIONS: '2', CANDLE_INTERVALS: '1s', ...env }
  const service = await startService(tradesIngestor, { env: own, log: memoryLog(cluster), logger })
  const error = await service.done?.then(
    () => undefined,
    (thrown: Error) => thrown.message,
  )
  await service.stop()
  return error
}

async function pricesOf(cluster: MemoryCluster, pair: string): Promise<number[]> {
  const all = (await records(cluster)).flat().filter(({ key, headers }) => key === pair && !headers?.control)
  const trades = all.map(({ value }) => JSON.parse(String(value)))
  expect(trades.map(({ trade_id }) => trade_id)).toEqual(Array.from({ length: COUNT / 2 }, (_, i) => i + 1))
  return trades.map(({ price }) => price)
}

it('writes each trade once, of one file alone, when two replays of the same or of other files run at the same time', async () => {
  console.info(`SEED=${SEED} repeats these replays, apart from the timing`)
  const random = new Random(SEED)
  const files = [fileOf(100), fileOf(200)]
  for (let times = 0; times < HISTORIES; times++) {
    const cluster = new MemoryCluster()
    const isOther = random.chance(0.5)
    const runs = [files[0]!, files[isOther ? 1 : 0]!].map(async REPLAY_FILE => {
      await sleep(random.int(0, 60))
      return replay(cluster, { REPLAY_FILE })
    })
    for (const error of (await Promise.all(runs)).filter(text => text !== undefined))
      expect(error).toMatch(
        /has the same name and took over from|has written \S+.* meanwhile: run this one again|with other content/,
      )
    const again = []
    for (const REPLAY_FILE of files) again.push(await replay(cluster, { REPLAY_FILE }))
    expect(again.filter(error => error === undefined)).toHaveLength(1)
    expect(again.find(error => error !== undefined)).toMatch(/is there with other content/)
    const prices = new Set((await Promise.all(PAIRS.map(pair => pricesOf(cluster, pair)))).flat())
    expect([...prices]).toEqual([again[0] === undefined ? 100 : 200])
  }
}, 120_000)

it('refuses a replay with another group that has a pair in common, and names both', async () => {
  const cluster = new MemoryCluster()
  const REPLAY_FILE = fileOf(100)
  const runs = ['one', 'two'].map(CONSUMER_GROUP => replay(cluster, { REPLAY_FILE, CONSUMER_GROUP }))
  const errors = (await Promise.all(runs)).filter(error => error !== undefined)
  // The later one succeeds if the earlier one has ended by then.
  expect(errors.length).toBeLessThan(2)
  for (const error of errors)
    expect(error).toMatch(/PAIRS=.*: \S+ is written by (one|two)@\S+, which gave a sign of life \d+ s ago; this one is/)
  for (const pair of PAIRS) expect(new Set(await pricesOf(cluster, pair))).toEqual(new Set([100]))
})
