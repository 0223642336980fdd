import { join } from 'node:path'
import { kafkaLog } from '@candlewick/kafka'
import type { OutRecord } from '@candlewick/streams'
import { afterAll, expect, inject, it, onTestFinished, vi } from 'vitest'
import { ServiceProcess } from './process.ts'
import { readTopic, valuesOf } from './topics.ts'

const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'versions-test' })
const prefix = `versions-${process.pid}-`
const MAIN = join(import.meta.dirname, 'versioned-service.ts')
const group = `${prefix}versioned`

// Processes are slow to start where a machine is busy.
vi.setConfig({ testTimeout: 180_000 })
afterAll(() => log.close())

async function start(version: number): Promise<ServiceProcess> {
  const env = { KAFKA_BROKERS: brokers, TOPIC_PREFIX: prefix, PARTITIONS: '2', VERSION: String(version) }
  const service = new ServiceProcess('versioned', env, MAIN)
  onTestFinished(async () => void (await service.stop()))
  return service
}

async function write(...records: Omit<OutRecord, 'topic'>[]): Promise<void> {
  const producer = await log.producer(`${prefix}writer`)
  await producer.transact(records.map(record => ({ topic: `${prefix}trades`, ...record })))
  await producer.close()
}

const data = (partition: number, value: number) => ({ partition, key: 'a', value: String(value) })
const mark = (partition: number, control: string, value: object) => ({
  partition,
  key: 'a',
  value: JSON.stringify({ pair: 'a', ...value }),
  headers: { control },
})

/** How many records of the key each output has counted. */
async function counted(count: number): Promise<number[]> {
  const read = async () => {
    const outputs = valuesOf<{ n: number }>(await readTopic(log, `${prefix}candles`)).map(({ n }) => n)
    if (outputs.length < count) throw new Error(`${outputs.length} of ${count} outputs`)
    return outputs.sort((a, b) => a - b)
  }
  return vi.waitFor(read, { timeout: 90_000, interval: 200 })
}

/** @returns the partition of the one member of that many that knows this version of states. */
async function partitionOf(version: number, members: number): Promise<number> {
  const find = async () => {
    const described = await log.describeGroup(group)
    const found = described.members.find(({ data }) => data.state_version === version)
    const assigned = found?.assigned[`${prefix}trades`] ?? []
    if (described.members.length !== members || assigned.length !== 1) throw new Error(JSON.stringify(described))
    return assigned[0]!
  }
  return vi.waitFor(find, { timeout: 90_000, interval: 200 })
}

const refusal = (topic: string, partition: number) =>
  `${prefix}versioned-${topic}/${partition} has states of version 2, but this service knows only versions up to 1. ` +
  'Nothing is lost: run the newer version of the service on all instances (finish the upgrade, or take the downgrade back)'

it('a release with newer states takes over from an older one, which ends when it reads them', async () => {
  const older = await start(1)
  await older.ready()
  await write(mark(0, 'arrive', { epoch: [0, 0], from: null }), data(0, 7))
  expect(await counted(1)).toEqual([1])

  const newer = await start(2)
  const from = await partitionOf(2, 2)
  const to = 1 - from
  if (from === 1) await write(mark(1, 'arrive', { epoch: [1, 0], from: 0 }), mark(0, 'move', { epoch: [1, 0], to: 1 }))
  await write(data(from, 8))
  expect(await counted(2)).toEqual([1, 2])

  // A newer instance hands a key over to an older one.
  const epoch = [2, 0]
  await write(data(from, 9), mark(to, 'arrive', { epoch, from }), mark(from, 'move', { epoch, to }), data(to, 10))
  expect(await older.ended).toBe(1)
  expect(older.log.filter(({ level }) => level === 'fatal').map(({ msg }) => msg)).toEqual([
    `Ends after an error: ${refusal('handovers', to)}`,
  ])
  expect(await counted(4)).toEqual([1, 2, 3, 4])
  expect(await newer.stop()).toBe(0)

  const downgraded = await start(1)
  expect(await downgraded.ended).toBe(1)
  expect(downgraded.output).toContain(refusal('changelog', to))
  const again = await start(2)
  await write(data(to, 11))
  expect(await counted(5)).toEqual([1, 2, 3, 4, 5])
  expect(await again.stop()).toBe(0)
})
