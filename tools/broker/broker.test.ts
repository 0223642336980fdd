import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { kafkaLog } from '@candlewick/kafka'
import { expect, it, onTestFinished, vi } from 'vitest'
import { untilAnswers } from './answers.ts'
import { startApacheKafka } from './apache-kafka.ts'
import { NotPossible } from './broker.ts'
import { NoBroker, ownedProcess, startBroker } from './index.ts'

it('keeps its data and port through SIGKILL and restart', async () => {
  const broker = await startBroker()
  onTestFinished(() => broker.stop())
  const log = kafkaLog({ brokers: [broker.brokers], clientId: 'test' })
  onTestFinished(() => log.close())
  await log.topics.create([{ name: 'kept', partitions: 2, config: {} }])
  const producer = await log.producer('writer')
  await producer.transact([{ topic: 'kept', partition: 1, key: 'k', value: 'v' }])
  // The commit's marker is written after the commit is acknowledged; see kill() for why it is waited for.
  await expect.poll(async () => (await log.offsets('kept', 1)).end).toBe(2)
  await broker.kill()
  await expect(untilAnswers(broker.brokers, 0)).rejects.toThrow(`No Kafka broker answers at ${broker.brokers}`)
  await broker.restart()
  const { start, end } = await log.offsets('kept', 1)
  const values: string[] = []
  for await (const records of log.read('kept', 1, start, end)) values.push(...records.map(r => String(r.value)))
  expect(values).toEqual(['v'])
  expect((await log.topics.partitions(['kept', 'never-created'])).get('never-created')).toBe(0)
}, 180_000)

it('names the three ways to provide a broker, and why each is not possible', async () => {
  vi.stubEnv('PATH', '/nowhere')
  onTestFinished(() => void vi.unstubAllEnvs())
  const noDocker = () => Promise.reject(new NotPossible('Docker runs Redpanda (no engine)'))
  const failed = await startBroker({}, [noDocker, startApacheKafka]).catch(error => error)
  expect(failed).toBeInstanceOf(NoBroker)
  expect(failed.message.split('\n').slice(1)).toEqual([
    '  1. KAFKA_BROKERS=host:port names a running broker (not set)',
    '  2. Docker runs Redpanda (no engine)',
    '  3. Java 17 or newer runs Apache Kafka (none found)',
  ])
})

it('kills an owned process when its owner is killed', async () => {
  const script = `import { ownedProcess } from '${join(import.meta.dirname, 'owned-process.ts')}'
    console.log(ownedProcess('sleep', ['60']).pid)
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script])
  const [pid] = await once(createInterface(parent.stdout), 'line')
  const lives = () => {
    try {
      return process.kill(Number(pid), 0)
    } catch {
      return false
    }
  }
  expect(lives()).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(lives, { timeout: 5000 }).toBe(false)
})

it('reports an owned process that cannot be started', async () => {
  const [error] = await once(ownedProcess('/nowhere/at-all', []), 'error')
  expect(error.message).toContain('ENOENT')
})
