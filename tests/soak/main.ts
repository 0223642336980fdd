import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startApacheKafka } from '../../tools/broker/apache-kafka.ts'
import { type Broker, type BrokerOptions, startBroker } from '../../tools/broker/index.ts'
import { startKafkaCluster } from '../../tools/broker/kafka-cluster.ts'
import { startRedpanda } from '../../tools/broker/redpanda.ts'
import { FaultyProxy } from './proxy.ts'
import { report } from './report.ts'
import { soak } from './soak.ts'

/**
 * `npm run soak -- --minutes 30`: injects every kind of fault into real processes on a real broker. A broker that
 * KAFKA_BROKERS names is neither restarted nor put behind the proxy.
 */
const { values } = parseArgs({
  options: {
    /** Absent: the short plan of `npm run test:full`. */
    minutes: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    /** Injects only faults of these kinds, e.g. `--only 'clock jump,dns gone'`. */
    only: { type: 'string' },
    /** Runs against Redpanda in Docker even if Apache Kafka can be started. */
    redpanda: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
if (!Number.isSafeInteger(seed) || Number.isNaN(minutes)) {
  console.error('usage: npm run soak -- [--minutes 30] [--seed 1] [--only KIND,…] [--redpanda]')
  process.exit(2)
}
/** Faults that need a cluster of their own. */
const CLUSTERS: Readonly<Record<string, (options: BrokerOptions) => Promise<Broker>>> = {
  'rolling restart': ({ report }) => startKafkaCluster({ report, size: 3 }),
  'disk full': ({ report }) => startKafkaCluster({ report, size: 1, diskMb: 512 }),
}
const startedAt = Date.now()
const tell = (sentence: string) =>
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)}s  ${sentence}`)
const proxy = await FaultyProxy.listen()
const only = values.only?.split(',').map(kind => kind.trim())
const apacheKafka = only?.map(kind => CLUSTERS[kind]).find(start => start) ?? startApacheKafka
const ways = values.redpanda ? [startRedpanda] : [apacheKafka, startRedpanda]
const broker = await startBroker({ running: process.env.KAFKA_BROKERS, report: tell, proxy: proxy.port }, ways)
if (broker.behindProxy) proxy.leadTo(broker.behindProxy)
else tell('The broker has no proxy in front of it, so its connections are neither stalled nor cut')
const folder = join(import.meta.dirname, `../../node_modules/.cache/candlewick/soak/${seed}`)
tell(`Seed ${seed}; the services' logs are in ${folder}`)
try {
  const outcome = await soak({
    seed,
    minutes,
    only,
    broker,
    proxy: broker.behindProxy ? proxy : undefined,
    folder,
    tell,
  })
  console.log(report(outcome))
  const right = outcome.problems.counts.size === 0
  console.log(right ? `Seed ${seed}: all right` : `Seed ${seed}: WRONG`)
  process.exitCode = right ? 0 : 1
} finally {
  await proxy.close()
  await broker.stop()
}
