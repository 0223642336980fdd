import { expect, inject, it } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { kafkaLog } from '../../src/index.ts'

const brokers = inject('brokers').split(',')
/** As long as topics' names may be. */
const LONGEST_NAME = 249

it('is not asked for all of the cluster’s topics by a producer that does not know yet which are its own', async () => {
  const log = kafkaLog({ brokers, clientId: 'test' })
  const name = `metadata-${process.pid}-${Date.now()}`
  await log.topics.create([{ name: name.padEnd(LONGEST_NAME, 'x'), partitions: 1, config: {} }])
  await log.close()

  const producer = createClient({ brokers, clientId: 'test' }).producer({ transactionalId: name })
  const answers: number[] = []
  producer.on('producer.network.request', ({ payload: { apiName, size } }) => {
    if (apiName === 'Metadata') answers.push(size)
  })
  await producer.connect()
  await (await producer.transaction()).abort()
  await producer.disconnect()
  expect(answers.length).toBeGreaterThan(0)
  expect(Math.max(...answers)).toBeLessThan(LONGEST_NAME)
})
