import type { Admin, Kafka } from 'kafkajs'
import { expect, it } from 'vitest'
import { KafkaTopics } from '../../src/client/topics.ts'

const failed = (type: string) => Object.assign(new Error(type), { type })

it('waits until the brokers know a topic that it has created', async () => {
  const calls: string[] = []
  let asked = 0
  const admin: Partial<Admin> = {
    connect: async () => {},
    async fetchTopicMetadata() {
      calls.push('metadata')
      if (++asked <= 3) throw failed('UNKNOWN_TOPIC_OR_PARTITION')
      return { topics: [{ name: 'trades', partitions: [{} as never] }] }
    },
    async createTopics() {
      calls.push('create')
      if (calls.filter(call => call === 'create').length > 1) throw failed('TOPIC_ALREADY_EXISTS')
      return true
    },
  }
  const kafka: Partial<Kafka> = { admin: () => admin as Admin }
  await new KafkaTopics(kafka as Kafka, () => {}).create([{ name: 'trades', partitions: 1, config: {} }])
  expect(calls.at(-1)).toBe('metadata')
  expect(asked).toBe(4)
})
