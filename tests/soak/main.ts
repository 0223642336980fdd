import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startApacheKafka } from '../../tools/broker/apache-kafka.ts'
import { type Broker, type BrokerOptions, startBroker } from '../../tools/broker/index.ts'
import { startKafkaCluster } from '../../tools/broker/kafka-cluster.ts'
import { startRedpanda } from '../../tools/broker/redpanda.ts'
import { FaultyProxy } from './proxy.ts'
import { report } from './report.ts'
import { soak } from './soak.ts'

/** `npm run soak -- --minutes 30`: everything goes wrong, on a real broker with real processes. */
const { values } = parseArgs({
  options: {
    /** Without: the short plan of `npm test`. */
    minutes: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    /** host:port of a running broker, which is not restarted and has no proxy before it. */
    brokers: { type: 'string' },
    /** Only faults of these kinds, e.g. `--only 'clock jump,dns gone'`. */
    only: { type: 'string' },
    redpanda: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
if (!Number.isSafeInteger(seed) || Number.isNaN(minutes)) {
  console.error('usage: npm run soak -- [--minutes 30] [--seed 1] [--only KIND,…] [--brokers host:port | --redpanda]')
  process.exit(2)
}
/** Faults that need a cluster of their own. */
const CLUSTERS: Readonly<Record<string, (options: BrokerOptions) => Promise<Broker>>> = {
  'rolling restart': ({ report }) => startKafkaCluster({ report, size: 3 }),
  'disk full': ({ report }) => startKafkaCluster({ report, size: 1, diskMb: 512 }),
}
if (values.brokers) process.env.KAFKA_BROKERS = values.brokers
const startedAt = Date.now()
const tell = (sentence: string) =>
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)}s  ${sentence}`)
const proxy = await FaultyProxy.listen()
const only = values.only?.split(',').map(kind => kind.trim())
const apacheKafka = only?.map(kind => CLUSTERS[kind]).find(start => start) ?? startApacheKafka
const ways = values.redpanda ? [startRedpanda] : [apacheKafka, startRedpanda]
const broker = await startBroker({ report: tell, proxy: proxy.port }, ways)
if (broker.behindProxy) proxy.leadTo(broker.behindProxy)
else tell('There is no proxy before the broker: its connections are not stalled or cut')
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
