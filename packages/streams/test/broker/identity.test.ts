import { kafkaLog } from '@candlewick/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, inject } from 'vitest'
import { identitySuite } from '../identity-suite.ts'

const brokers = inject('brokers').split(',')
const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
const log = kafkaLog({ brokers, clientId: 'identity' })
beforeAll(() => admin.connect())
afterAll(async () => {
  await admin.disconnect()
  await log.close()
})

identitySuite(
  () => kafkaLog({ brokers, clientId: 'test' }),
  async topic => {
    await admin.deleteTopics({ topics: [topic] })
    const count = async () => (await log.topics.partitions([topic])).get(topic)
    await expect.poll(count, { timeout: 20_000 }).toBe(0)
  },
)
