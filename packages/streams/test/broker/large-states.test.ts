import { kafkaLog } from '@candlewick/kafka'
import { afterAll, expect, inject, it } from 'vitest'
import { type Emit, type LogRecord, Stream } from '../../src/index.ts'
import { type CountState, counting, createTopics, groupOf, topicsOf, values } from '../counting.ts'

const log = kafkaLog({ brokers: inject('brokers').split(','), clientId: 'test' })
afterAll(() => log.close())

it('continues with a state that is larger than a record that the broker accepts', async () => {
  const topics = topicsOf(`large${process.pid}-${Date.now()}-`)
  await createTopics(log, topics, 1)
  const padding = 'ü'.repeat(1_500_000)
  const initial = () => ({ n: 0, sum: 0, padding }) as CountState
  const countOnly = (state: CountState, _record: LogRecord, emit: Emit) => emit.output({ n: ++state.n })
  for (let round = 1; round <= 3; round++) {
    const producer = await log.producer(`${topics.input}-writer`)
    await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value: String(round) }])
    await producer.close()
    const stream = new Stream({
      log,
      group: groupOf(topics),
      service: 'test',
      processor: { ...counting, initial, process: countOnly },
      topics,
      marksOutput: false,
    })
    await stream.start()
    await expect
      .poll(async () => (await values<{ n: number }>(log, topics.output)).map(({ n }) => n), { timeout: 20_000 })
      .toEqual(Array.from({ length: round }, (_, i) => i + 1))
    await stream.stop()
  }
}, 60_000)
