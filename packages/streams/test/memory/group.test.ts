import { expect, it } from 'vitest'
import { MemoryCluster, memoryLog } from '../../src/index.ts'

it("grows a group's own topics before a member gets a new partition", async () => {
  const cluster = new MemoryCluster(undefined, { timeoutMs: 6000, heartbeatMs: 5 })
  for (const topic of ['in', 'changelog', 'handovers']) cluster.grow(topic, 1)
  const seen: number[][] = []
  const log = memoryLog(cluster)
  const membership = await log.join({
    group: 'g',
    topics: ['in', 'handovers'],
    companions: ['handovers', 'changelog'],
    data: () => ({ own: [], gen: 0, load: {} }),
    onAssigned: partitions =>
      void seen.push([partitions.length, ...['handovers', 'changelog'].map(t => cluster.partitions(t).length)]),
    onHeartbeat: () => {},
    assign: (count, members) => new Map(members.map(({ id }) => [id, Array.from({ length: count }, (_, p) => p)])),
  })
  await expect.poll(() => seen.at(-1)).toEqual([1, 1, 1])
  cluster.grow('in', 3)
  await expect.poll(() => seen.at(-1)).toEqual([3, 3, 3])
  expect(seen.every(([given, ...own]) => own.every(count => count >= given!))).toBe(true)
  await membership.leave()
})
