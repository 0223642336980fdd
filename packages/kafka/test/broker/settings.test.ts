import { afterAll, expect, inject, it } from 'vitest'
import { kafkaLog } from '../../src/index.ts'

const log = kafkaLog({ brokers: inject('brokers').split(','), clientId: 'test' })
const { settings } = log
const topic = `settings-${process.pid}-${Date.now()}`

afterAll(() => log.close())

it('sets one setting of a topic, and does not change the others', async () => {
  const config = { 'cleanup.policy': 'compact', 'segment.bytes': '67108864' }
  await log.topics.create([{ name: topic, partitions: 1, config }])
  const before = await settings!.ofTopic(topic)
  expect(before.get('cleanup.policy')).toEqual({ value: 'compact', isDefault: false })
  expect(before.get('delete.retention.ms')?.isDefault).toBe(true)
  await settings!.set(topic, { 'delete.retention.ms': '1234567' })
  await expect
    .poll(async () => (await settings!.ofTopic(topic)).get('delete.retention.ms'))
    .toEqual({
      value: '1234567',
      isDefault: false,
    })
  const after = await settings!.ofTopic(topic)
  for (const name of ['cleanup.policy', 'segment.bytes']) expect(after.get(name)).toEqual(before.get(name))
})

it("names the topic, and the broker's reason, when it refuses", async () => {
  await expect(settings!.set(topic, { 'delete.retention.ms': 'soon' })).rejects.toThrow(/delete\.retention\.ms/)
  await expect(settings!.set(`${topic}-not`, { 'delete.retention.ms': '1' })).rejects.toThrow(`${topic}-not`)
})

it('describes the settings of a broker', async () => {
  expect((await settings!.ofBroker()).get('auto.create.topics.enable')?.value).toMatch(/^(true|false)$/)
})
