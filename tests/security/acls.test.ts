import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kafkaLog } from '@candlewick/kafka'
import { DEFAULT_TOPIC_NAMES } from '@candlewick/market-data'
import {
  connectLog,
  createLogger,
  readConfig,
  type ServiceDefinition,
  type StartedService,
  startService,
} from '@candlewick/service'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type * as z from 'zod'
import { candles } from '../../services/candles/src/service.ts'
import { dashboard } from '../../services/dashboard/src/service.ts'
import { featureStore } from '../../services/feature-store/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'
import { type Right, rightsOf } from '../../tools/acls/rights.ts'
import { readTopic } from '../pipeline/topics.ts'
import { type AuthorizedKafka, startAuthorizedKafka } from './authorized-kafka.ts'
import { hasJava } from './secured-kafka.ts'

const run = promisify(execFile)
const JOB = join(import.meta.dirname, '../../deploy/compose/create-topics.ts')
const SERVICES = [tradesIngestor, candles, technicalIndicators, featureStore, dashboard]
const NAMES = SERVICES.map(({ name }) => name)
const SETTINGS = {
  CANDLE_INTERVALS: '1s',
  EXCHANGE: 'simulated',
  PAIRS: 'BTC/USD',
  PARTITIONS: '1',
  INDICATORS: 'sma:2',
  STORE_PARQUET: mkdtempSync(join(tmpdir(), 'candlewick-acls-')),
  STORE_TOPICS: 'features,candles,trades',
}

/** Cases in which a service lacks one of its rights, each in a group of its own. */
const WITHOUT = NAMES.flatMap(service =>
  rightsFor(service)
    .flatMap(({ operations, name }, index) => operations.map(operation => ({ service, index, operation, on: name })))
    // A missing right to hand keys over shows when the first key moves, and a missing right to write dead letters shows with the
    // first dead letter.
    .filter(({ on, operation }) => !(operation === 'Write' && (on.endsWith('-handovers') || on === 'feature-store-')))
    .map((missing, i) => ({ ...missing, user: `${service}-${i}` })),
)

function rightsFor(service: string, group?: string): readonly Right[] {
  return rightsOf({ ...DEFAULT_TOPIC_NAMES, groups: { [service]: group } }).filter(right => right.service === service)
}

describe.skipIf(!hasJava)('the rights of each service', () => {
  let kafka: AuthorizedKafka
  const running: { service: StartedService; stop(): Promise<void> }[] = []

  beforeAll(async () => {
    kafka = await startAuthorizedKafka([...NAMES, 'create-topics', ...WITHOUT.map(({ user }) => user)])
  }, 120_000)
  afterAll(async () => {
    await Promise.all(running.map(({ stop }) => stop()))
    await kafka?.stop()
    rmSync(SETTINGS.STORE_PARQUET, { recursive: true, force: true })
  }, 60_000)

  const as = (user: string) => ({
    KAFKA_BROKERS: kafka.guarded,
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD: user,
  })
  function start<Shape extends z.ZodRawShape>(service: ServiceDefinition<Shape>, user: string, more = {}) {
    const env = { ...SETTINGS, ...as(user), ...more }
    const lines: string[] = []
    const logger = createLogger(service.name, 'info', { write: line => lines.push(line) })
    const log = connectLog(readConfig({}, env), user, logger)
    const stopping = new AbortController()
    const starting = startService(service, { env, log, logger, signal: stopping.signal })
    starting.catch(() => {})
    const stop = async () => {
      stopping.abort()
      await starting.then(
        started => started.stop(),
        () => {},
      )
      await log.close()
    }
    return { starting, lines, stop }
  }

  it('allow the job to create every topic, and nothing else', async () => {
    const user = 'create-topics'
    const env = { PATH: process.env.PATH, PARTITIONS: '1', ...as(user) }
    const job = run(process.execPath, [JOB], { env, timeout: 60_000 })
    await kafka.grant(user, rightsFor(user))
    const { stdout } = await job
    expect(stdout).toContain('The topics exist')
    expect(stdout).not.toContain('Cannot check')
    const log = kafkaLog({ brokers: [kafka.open], clientId: 'test' })
    const topics = rightsFor(user).flatMap(({ resource, name }) => (resource === 'topic' ? name : []))
    const counts = await log.topics.partitions(topics)
    await log.close()
    expect([...counts.values()]).toEqual(topics.map(() => 1))
  }, 90_000)

  it('allow every service to do its work, also when a topic grows', async () => {
    for (const service of NAMES) await kafka.grant(service, rightsFor(service))
    for (const service of SERVICES) {
      const { starting, stop } = start(service as ServiceDefinition, service.name)
      running.push({ service: await starting, stop })
    }
    const log = kafkaLog({ brokers: [kafka.open], clientId: 'test' })
    const ready = () => expect(running.map(({ service }) => service.ready())).toEqual(NAMES.map(() => undefined))
    const rows = async () => (await readTopic(log, 'technical-indicators')).length
    await vi.waitFor(ready, { timeout: 60_000, interval: 100 })
    await expect.poll(rows).toBeGreaterThan(2)
    const own = ['candles-changelog', 'candles-handovers', 'technical-indicators-changelog']
    const grown = async () => [...(await log.topics.partitions(own)).values()]
    for (const topic of ['trades', 'candles']) await kafka.topics.grow(topic, 2)
    await expect.poll(grown, { timeout: 60_000 }).toEqual([2, 2, 2])
    const before = await rows()
    await expect.poll(rows).toBeGreaterThan(before + 2)
    await vi.waitFor(ready, { timeout: 60_000, interval: 100 })
    await Promise.all(running.splice(0).map(({ stop }) => stop()))
    await log.close()
  }, 180_000)

  it.concurrent.each(WITHOUT)(
    'make $service name the missing $operation on $on',
    async missing => {
      const { service, user, index, operation } = missing
      const group = service === 'dashboard' ? undefined : user
      const own = rightsFor(service, group)
      const granted = own.map((right, i) =>
        i === index ? { ...right, operations: right.operations.filter(o => o !== operation) } : right,
      )
      await kafka.grant(user, granted)
      // The group's topics have fewer partitions than the input, so that the service has to grow them.
      const behind = own.filter(({ operations }) => operations.includes('Alter'))
      await kafka.topics.create(behind.map(({ name }) => ({ name, partitions: 1, config: {} })))
      const definition = SERVICES.find(({ name }) => name === service)! as ServiceDefinition
      const { starting, lines, stop } = start(definition, user, group && { CONSUMER_GROUP: group })
      const lacking = own[index]!.name
      const says = () => {
        if (!lines.some(line => line.includes('ot authorized to') && line.includes(lacking)))
          throw new Error(`It did not say that it may not use ${lacking}:\n${lines.slice(-10).join('')}`)
      }
      try {
        await vi.waitFor(says, { timeout: 40_000, interval: 50 })
        const started = await Promise.race([starting, Promise.resolve(undefined)])
        if (started) expect(started.ready()).toBeDefined()
      } finally {
        await stop()
      }
    },
    120_000,
  )
})
