import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Broker } from '../../../tools/broker/broker.ts'
import { startKafkaCluster } from '../../../tools/broker/kafka-cluster.ts'
import { kafkaLog } from '../src/index.ts'
import type { Log, TransactionalProducer } from '../src/log.ts'

const PARTITIONS = [0, 1, 2]
const TRANSACTIONS = 60
const KILL_AT = 20
const RESTART_AT = 40
const TOPIC = 'failover'

let cluster: Broker
let log: Log

beforeAll(async () => {
  cluster = await startKafkaCluster({ report: undefined, size: 3 })
  log = kafkaLog({ brokers: cluster.brokers.split(','), clientId: 'test' })
  await log.topics.create([{ name: TOPIC, partitions: PARTITIONS.length, config: {} }])
}, 180_000)

afterAll(async () => {
  await log?.close()
  await cluster?.stop()
}, 60_000)

async function values(partition: number): Promise<string[]> {
  const { start, end } = await log.offsets(TOPIC, partition)
  const found: string[] = []
  for await (const records of log.read(TOPIC, partition, start, end)) found.push(...records.map(r => String(r.value)))
  return found
}

/** Commits as a task does: after an error the outcome is unknown, so a new producer reads which records were committed. */
async function commitOnce(current: TransactionalProducer | undefined, value: string): Promise<TransactionalProducer> {
  let producer = current
  for (;;)
    try {
      const isRepeated = producer === undefined
      producer ??= await log.producer('writer')
      if (isRepeated && (await values(0)).includes(value)) return producer
      await producer.transact(PARTITIONS.map(partition => ({ topic: TOPIC, partition, key: 'k', value })))
      return producer
    } catch {
      await producer?.close()
      producer = undefined
    }
}

it('writes each transaction once while a broker of three is killed in the middle of one', async () => {
  let producer: TransactionalProducer | undefined
  let faults = Promise.resolve()
  const node = cluster.nodes![0]!
  for (let i = 0; i < TRANSACTIONS; i++) {
    const committing = commitOnce(producer, String(i))
    if (i === KILL_AT) faults = faults.then(() => node.kill())
    if (i === RESTART_AT) faults = faults.then(() => node.restart())
    producer = await committing
  }
  await faults
  const expected = Array.from({ length: TRANSACTIONS }, (_, i) => String(i))
  for (const partition of PARTITIONS) expect(await values(partition)).toEqual(expected)
  await producer?.close()
}, 180_000)
