import { type Log, MemoryCluster, memoryLog, systemClock } from '@candlewick/streams'
import { expect, it, onTestFinished } from 'vitest'
import { DeadLetters } from '../src/dead-letters.ts'
import type { SinkEvent } from '../src/events.ts'
import { FEATURES } from '../src/kind.ts'
import { SinkTask } from '../src/sink-task.ts'
import { type Batch, RowRefused, type Store } from '../src/store.ts'
import { featureRow } from './rows.ts'

const TOPIC = 'technical-indicators'
const SOURCE = { topic: TOPIC, partition: 0 }

/** A store that can never take the row of an offset. */
function refusing(offset: number) {
  const taken: number[] = []
  const write = async ({ rows }: Batch) => {
    const refused = rows.find(row => row.offset === offset)
    if (refused) throw new RowRefused(refused, 'close is too large')
    taken.push(...rows.map(row => row.offset))
  }
  const open = async () => ({ position: 0, topicId: undefined, write, truncated: async () => {} })
  const store: Store = { name: 'fake', open, close: async () => {} }
  return { store, taken }
}

it('continues when a refused row can be written to the dead letters only later', async () => {
  const cluster = new MemoryCluster()
  cluster.grow(TOPIC, 1)
  cluster.grow('dead-letters', 1)
  const log = memoryLog(cluster)
  const producer = await log.producer('test')
  await producer.transact(
    [0, 1, 2].map(n => ({ topic: TOPIC, partition: 0, key: 'BTC/USD', value: JSON.stringify(featureRow(n)) })),
  )
  let attempts = 0
  const failingOnce = {
    producer: async (id: string) => {
      if (attempts++ === 0) throw new Error('the broker is away')
      return log.producer(id)
    },
  } as Log
  const events: SinkEvent[] = []
  const observe = (event: SinkEvent) => void events.push(event)
  const deadLetters = new DeadLetters({
    log: failingOnce,
    topic: 'dead-letters',
    service: 'feature-store',
    transactionalId: 'test',
    observe,
  })
  const { store, taken } = refusing(1)
  const task = new SinkTask({ log, store, source: SOURCE, kind: FEATURES, deadLetters, clock: systemClock, observe })
  task.start()
  onTestFinished(() => task.stop())
  await expect.poll(() => taken).toEqual([0, 2])
  expect(events).toMatchObject([
    { type: 'failed', error: { message: 'the broker is away' } },
    { type: 'dead_letter', offset: 1, store: 'fake', reason: 'refused', detail: 'close is too large' },
    { type: 'stored', rows: 2 },
  ])
})
