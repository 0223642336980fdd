import type { Admin, Kafka } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { KafkaGroups } from '../../src/client/groups.ts'

/** Groups of a broker that answers the first requests for offsets with an error of the type. */
function groups(type: string, times: number) {
  let asked = 0
  const admin: Partial<Admin> = {
    connect: async () => {},
    describeGroups: async () => ({ groups: [] }),
    fetchOffsets: async () => {
      if (++asked <= times) throw Object.assign(new Error(`the ${asked}. answer`), { type })
      return [{ topic: 'trades', partitions: [{ partition: 0, offset: '7', metadata: null }] }]
    },
  }
  const kafka: Partial<Kafka> = { admin: () => admin as Admin }
  return new KafkaGroups(kafka as Kafka)
}
const COMMITTED = [{ topic: 'trades', partition: 0, offset: 7 }]

describe('a broker that is about to become the coordinator', () => {
  it.each(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_LOAD_IN_PROGRESS'])('is asked again: %s', async type => {
    expect((await groups(type, 3).describe('candles')).committed).toEqual(COMMITTED)
  })

  it('has its error thrown after ten attempts', async () => {
    await expect(groups('NOT_COORDINATOR_FOR_GROUP', 10).describe('candles')).rejects.toThrow('the 10. answer')
  })
})

it('throws any other error at once', async () => {
  await expect(groups('UNKNOWN', 1).describe('candles')).rejects.toThrow('the 1. answer')
})
