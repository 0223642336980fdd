import { VirtualClock } from '@candlewick/exchanges'
import { topicTable } from '@candlewick/market-data'
import { createLogger, readConfig, startService } from '@candlewick/service'
import { GroupTaken, MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { watchSharedGroup } from '../src/group-owner.ts'
import { tradesIngestor } from '../src/service.ts'

const logger = createLogger('test', 'silent')
const GROUP = 'my-group'
const MESSAGE = `CONSUMER_GROUP=${GROUP}: is used by candles on trades; give each service its own`

/** A group that `candles` has joined, or that it has yet to join. */
function shared() {
  const cluster = new MemoryCluster()
  for (const topic of ['trades', 'my-group-changelog', 'my-group-handovers']) cluster.grow(topic, 1)
  const join = async () => {
    const membership = await memoryLog(cluster).join({
      group: GROUP,
      topics: ['trades'],
      companions: [],
      data: () => ({ own: [0], gen: 1, load: {}, service: 'candles', topic: 'trades' }),
      onAssigned: () => {},
      onHeartbeat: () => {},
      assign: (_, members) => new Map(members.map(({ id }) => [id, [0]])),
    })
    return membership
  }
  return { log: memoryLog(cluster), join }
}

it('refuses a CONSUMER_GROUP that another service uses', async () => {
  const { log, join } = shared()
  const membership = await join()
  const env = { EXCHANGE: 'simulated', CONSUMER_GROUP: GROUP }
  await expect(startService(tradesIngestor, { env, log, logger })).rejects.toThrow(MESSAGE)
  await membership.leave()
})

it('ends if another service joins its group within a minute', async () => {
  const { log, join } = shared()
  const clock = new VirtualClock(0)
  const config = readConfig({}, { CONSUMER_GROUP: GROUP })
  const { signal } = new AbortController()
  const context = { config, group: GROUP, log, logger, name: 'trades-ingestor', topics: topicTable(), signal }
  const watched = watchSharedGroup({ ...context, waiting: () => {} }, signal, clock)
  const refused = expect(watched).rejects.toThrow(GroupTaken)
  await clock.pass(20_000)
  const membership = await join()
  await clock.pass(6000)
  await refused
  await membership.leave()
})

it('does not watch its default group, and watches a configured group for a minute', async () => {
  const { log } = shared()
  const clock = new VirtualClock(0)
  const { signal } = new AbortController()
  for (const env of [{}, { CONSUMER_GROUP: GROUP }]) {
    const config = readConfig({}, env)
    const context = { config, group: GROUP, log, logger, name: 'trades-ingestor', topics: topicTable(), signal }
    const watched = watchSharedGroup({ ...context, waiting: () => {} }, signal, clock)
    await clock.pass(66_000)
    await watched
  }
})
