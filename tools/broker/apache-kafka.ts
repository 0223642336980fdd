import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './answers.ts'
import type { Broker, BrokerOptions } from './broker.ts'
import { kafkaJars } from './kafka-jars.ts'
import { KafkaNode, propertiesText } from './kafka-node.ts'

const HEAP_MB = 1024

export interface ApacheKafkaOptions extends BrokerOptions {
  /** Further listeners by name, each with its protocol, e.g. `SASL_SSL`. */
  readonly listeners?: Readonly<Record<string, string>>
  /** Settings of the server, which complete or replace the usual ones. */
  readonly settings?: Readonly<Record<string, string>>
  /** Users that the cluster begins with, e.g. `SCRAM-SHA-256=[name=alice,password=secret]`. */
  readonly scram?: readonly string[]
}

export interface ApacheKafka extends Broker {
  /** Address of each further listener, in the form of `KAFKA_BROKERS`. */
  readonly listeners: Readonly<Record<string, string>>
}

/** Apache Kafka (KRaft) in a folder and on ports of its own. @throws NotPossible without Java or Maven */
export async function startApacheKafka(options: ApacheKafkaOptions): Promise<ApacheKafka> {
  const { report, proxy, listeners: protocols = {}, settings = {}, scram = [] } = options
  const jars = await kafkaJars(report)
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-kafka-'))
  const [port = 0, controllerPort = 0, behindProxy = 0, ...ports] = await freePorts(3 + Object.keys(protocols).length)
  const brokers = `127.0.0.1:${port}`
  const further = Object.entries(protocols).map(([name, protocol], i) => ({ name, protocol, port: ports[i]! }))
  const properties = join(folder, 'server.properties')
  const logFile = join(folder, 'broker.log')
  const all = { ...serverProperties(folder, { port, controllerPort, behindProxy, proxy, further }), ...settings }
  await writeFile(properties, propertiesText(all))
  const node = new KafkaNode({ heapMb: HEAP_MB, jars, properties, logFile, address: brokers, report })
  const stop = async () => {
    await node.kill()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await node.format(scram.flatMap(user => ['--add-scram', user]))
    await node.restart()
  } catch (error) {
    await stop()
    throw error
  }
  const listeners = Object.fromEntries(further.map(({ name, port }) => [name, `127.0.0.1:${port}`]))
  return {
    kind: 'apache-kafka',
    brokers,
    behindProxy,
    listeners,
    stop,
    kill: () => node.kill(),
    restart: () => node.restart(),
  }
}

interface Ports {
  readonly port: number
  readonly controllerPort: number
  readonly behindProxy: number
  /** Address that the broker gives to clients that connect through `behindProxy`. */
  readonly proxy: number | undefined
  readonly further: readonly { readonly name: string; readonly protocol: string; readonly port: number }[]
}

const listener = (name: string, port: number): string => `${name}://127.0.0.1:${port}`

function serverProperties(folder: string, { port, controllerPort, behindProxy, proxy, further }: Ports) {
  // This is a name instead of an address, so that clients depend on their resolver as in production.
  const proxied = (port: number) => (proxy ? [`PROXIED://localhost:${port}`] : [])
  const others = further.map(({ name, port }) => listener(name, port))
  const protocols = further.map(({ name, protocol }) => `${name}:${protocol}`)
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: [
      listener('PLAINTEXT', port),
      listener('CONTROLLER', controllerPort),
      ...proxied(behindProxy),
      ...others,
    ].join(),
    'advertised.listeners': [listener('PLAINTEXT', port), ...proxied(proxy ?? 0), ...others].join(),
    'listener.security.protocol.map': [
      'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
      ...protocols,
    ].join(),
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    // Time for which a killed broker's own controller keeps it out after a restart; the default is 9 s.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,
  }
}
