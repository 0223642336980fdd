import { expect, inject, it } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { kafkaLog } from '../../src/index.ts'

const brokers = inject('brokers').split(',')
/** As long as the name of a topic may be. */
const LONGEST_NAME = 249

it('requests no metadata before it uses a topic, and the metadata of all topics if all are wanted', async () => {
  const log = kafkaLog({ brokers, clientId: 'test' })
  const name = `metadata-${process.pid}-${Date.now()}`.padEnd(LONGEST_NAME, 'x')
  await log.topics.create([{ name, partitions: 1, config: {} }])

  const other = createClient({ brokers, clientId: 'test' }).admin()
  const responses: number[] = []
  other.on('admin.network.request', ({ payload: { apiName, size } }) => {
    if (apiName === 'Metadata') responses.push(size)
  })
  await other.connect()
  await other.listGroups()
  expect(responses.length).toBeGreaterThan(0)
  expect(Math.max(...responses)).toBeLessThan(LONGEST_NAME)
  expect(await other.listTopics()).toContain(name)
  await Promise.all([log.close(), other.disconnect()])
})
