import { setTimeout as sleep } from 'node:timers/promises'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { Random } from '../../tests/simulation/random.ts'
import { envFile, someTrades, writeTrades } from './harness.ts'
import { reset } from './reset.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
const REFUSED =
  /(another reset runs at the same time|Another reset \(process \d+ on \S+, \S+\) has begun \S+), and has taken the name \S+\. No variable is changed/

/** A log whose calls take a random time, so that two resets interleave differently each time. */
function slow(cluster: MemoryCluster, random: Random) {
  return memoryLog(cluster, { step: () => sleep(random.int(0, 3)) })
}

async function changelogOf(cluster: MemoryCluster, topic: string): Promise<string[]> {
  const log = memoryLog(cluster)
  const found: string[] = []
  for (let p = 0; p < cluster.partitions(topic).length; p++) {
    const { start, end } = await log.offsets(topic, p)
    for await (const records of log.read(topic, p, start, end))
      for (const { key, value } of records) if (key === '\u0000position') found.push(`${p}: ${value}`)
  }
  return found
}

it('gives two resets at the same time two generations, or refuses one by name, and mixes no positions', async () => {
  console.info(`SEED=${SEED} repeats these resets, apart from the timing`)
  const random = new Random(SEED)
  let refused = 0
  for (let times = 0; times < 12; times++) {
    const cluster = new MemoryCluster()
    for (const [topic, partitions] of [
      ['trades', 2],
      ['candles', 2],
      ['technical-indicators', 2],
    ] as const)
      cluster.grow(topic, partitions)
    await writeTrades(memoryLog(cluster), 'trades', someTrades(Date.now() - 600_000, 5))
    const { file, read } = envFile({ PARTITIONS: '2' })
    const begins = [Date.now() - 3_600_000, Date.now() + 3_600_000]
    const runs = begins.map(async fromMs => {
      const log = slow(cluster, random)
      await sleep(random.int(0, 15))
      const around = { environment: {}, env: { ...read() }, log, report: () => {} }
      return reset({ group: 'candles', fromMs, envFile: file, yes: true }, around).then(
        () => undefined,
        (error: Error) => error.message,
      )
    })
    const outcomes = await Promise.all(runs)
    const errors = outcomes.filter(error => error !== undefined)
    expect(errors.length).toBeLessThan(2)
    for (const error of errors) expect(error).toMatch(REFUSED)
    refused += errors.length
    const { CANDLES_GROUP } = read()
    const positions = await changelogOf(cluster, `${CANDLES_GROUP}-changelog`)
    expect(positions).toHaveLength(2)
    // Of one reset all tasks start at the beginning, of the other one at the end.
    const offsets = positions.map(text => JSON.parse(text.slice(3)).input as number)
    expect(new Set(offsets.map(offset => offset === 0)).size).toBe(1)
    if (errors.length === 1) expect(offsets.every(offset => offset === 0)).toBe(outcomes[0] === undefined)
  }
  expect(refused).toBeGreaterThan(0)
})
