import { describe, expect, it, vi } from 'vitest'
import { MemoryCluster, memoryLog } from '../../src/index.ts'
import type { Epoch } from '../../src/migration/epoch.ts'
import { HandoverRequests } from '../../src/migration/handover-requests.ts'
import * as residency from '../../src/migration/residency.ts'

const states = { initial: () => null, unpack: () => ({ route: null, state: null }) }

/** Partition 1 of three awaits a key's state from this partition; questions and keys started without a state are noted, by time. */
function waitingFor(from: number | null) {
  const entry = residency.newEntry<null>('k')
  residency.arrive(entry, { pair: 'k', epoch: [1, 0], from: from ?? 0 }, 0, states)
  if (from === null) residency.arrive(entry, { pair: 'k', epoch: [2, 0], from }, 1, states)
  const cluster = new MemoryCluster()
  cluster.grow('in', 3)
  const log = memoryLog(cluster)
  const offsets = vi.spyOn(log, 'offsets')
  const requests = new HandoverRequests<null>(log, 'in', 1, 30_000)
  const done: string[] = []
  const look = (now: number) =>
    requests.ask(
      {
        awaiting: () => entry.residencies.filter(r => r.held === null).map(r => ({ key: 'k', residency: r })),
        ask: (key, { from }, after) => void done.push(`${now}: asks ${from} for ${key} after ${after}`),
        claimAgain: key => void done.push(`${now}: claims ${key}`),
        grantClaims: () => {},
        startAnew: key => void done.push(`${now}: starts ${key} without a state`),
      },
      now,
    )
  return { done, look, requests, entry, offsets }
}

it('asks the partition that the key came from after 30 s, and again every 30 s', async () => {
  const { done, look } = waitingFor(2)
  for (let now = 1000; now <= 95_000; now += 500) await look(now)
  expect(done).toEqual([31_000, 61_000, 91_000].map(now => `${now}: asks 2 for k after -1`))
})

it('starts a key without a state, instead of asking, if its former partition does not exist', async () => {
  const { done, look } = waitingFor(3)
  for (let now = 1000; now <= 31_000; now += 1000) await look(now)
  expect(done).toEqual(['31000: starts k without a state'])
})

it('does not ask for the state of a key after its birth', async () => {
  const { done, look } = waitingFor(null)
  for (let now = 1000; now <= 95_000; now += 1000) await look(now)
  expect(done).toEqual([])
})

it('knows how long a state has been awaited, even after several questions', async () => {
  const { look, requests, entry } = waitingFor(2)
  for (let now = 1000; now <= 61_000; now += 1000) await look(now)
  expect(requests.longestMs([{ residency: entry.residencies[0]! }], 65_000)).toBe(64_000)
  expect(requests.longestMs([], 65_000)).toBe(0)
})

describe('a key without markers', () => {
  const waiting = (epoch: Epoch | null, from: number | null) => {
    const of = waitingFor(2)
    of.entry.residencies = [{ ...of.entry.residencies[0]!, epoch, from }]
    return of
  }

  it('is claimed again every 3 s until it is granted', async () => {
    const { done, look } = waiting(null, null)
    for (let now = 1000; now <= 8000; now += 500) await look(now)
    expect(done).toEqual(['4000: claims k', '7000: claims k'])
  })

  it('is asked for as soon as it is granted, and again every 3 s', async () => {
    const { done, look } = waiting([-1, 2], 2)
    for (let now = 1000; now <= 5000; now += 500) await look(now)
    expect(done).toEqual(['1000: asks 2 for k after -1', '4000: asks 2 for k after -1'])
  })
  it('needs no look-up of its own, because the task would stand still during thousands of look-ups', async () => {
    const { look, entry, done, offsets } = waiting([-1, 2], 2)
    const [first] = entry.residencies
    entry.residencies = [first!, { ...first!, epoch: [-1, 3] }, { ...first!, epoch: [-1, 4], from: 0 }]
    await look(1000)
    expect(done).toEqual([2, 2, 0].map(from => `1000: asks ${from} for k after -1`))
    expect(offsets).toHaveBeenCalledTimes(2)
  })
})
