import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../../packages/kafka/src/client/client.ts'
import { freePorts } from './answers.ts'
import type { Broker, BrokerOptions } from './broker.ts'
import { kafkaJars } from './kafka-jars.ts'
import { KafkaNode, propertiesText } from './kafka-node.ts'
import { mountDisk } from './small-disk.ts'

const CATCH_UP_MS = 60_000
const POLL_MS = 100

export interface ClusterOptions {
  readonly report: BrokerOptions['report']
  readonly size: number
  /** Size of a disk of its own for the data, MB; undefined: the data is in a temporary folder. */
  readonly diskMb?: number
}

/**
 * Apache Kafka on several nodes, each of them broker and controller. Every topic is on up to three nodes, and a write is
 * acknowledged when two have it. @throws NotPossible without Java or Maven, or the right to mount a disk
 */
export async function startKafkaCluster({ report, size, diskMb }: ClusterOptions): Promise<Broker> {
  const jars = await kafkaJars(report)
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-cluster-'))
  const data = join(folder, 'data')
  await mkdir(data)
  const disk = diskMb === undefined ? undefined : await mountDisk(data, diskMb)
  const ports = await freePorts(2 * size)
  const heapMb = Math.round(900 / size)
  const nodes = Array.from({ length: size }, (_, i) => {
    const properties = join(folder, `${i}.properties`)
    const address = `127.0.0.1:${ports[i]}`
    return new KafkaNode({ heapMb, jars, properties, logFile: join(folder, `${i}.log`), address, report })
  })
  const brokers = ports.slice(0, size).map(port => `127.0.0.1:${port}`)
  const stop = async () => {
    await Promise.all(nodes.map(node => node.kill()))
    await disk?.unmount()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    for (const [i, node] of nodes.entries()) {
      await writeFile(join(folder, `${i}.properties`), propertiesText(nodeProperties(i, ports, join(data, String(i)))))
      await node.format()
    }
    await Promise.all(nodes.map(node => node.restart()))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    kind: 'apache-kafka',
    brokers: brokers.join(),
    stop,
    kill: async () => void (await Promise.all(nodes.map(node => node.kill()))),
    restart: async () => void (await Promise.all(nodes.map(node => node.restart()))),
    nodes,
    untilReplicated: () => untilReplicated(brokers),
    ...(disk && { disk }),
  }
}

/** Waits until each partition is on all its nodes again. @throws Error if it takes too long */
async function untilReplicated(brokers: readonly string[]): Promise<void> {
  const admin = createClient({ brokers, clientId: 'candlewick-tools' }).admin()
  await admin.connect()
  try {
    for (const until = performance.now() + CATCH_UP_MS; ; await sleep(POLL_MS)) {
      const { topics } = await admin.fetchTopicMetadata()
      const behind = topics.filter(({ partitions }) => partitions.some(p => p.isr.length < p.replicas.length))
      if (behind.length === 0) return
      if (performance.now() > until) throw new Error(`Not replicated: ${behind.map(({ name }) => name).join(', ')}`)
    }
  } finally {
    await admin.disconnect()
  }
}

/** @param ports the brokers', then the controllers' */
function nodeProperties(i: number, ports: readonly number[], data: string): Record<string, unknown> {
  const size = ports.length / 2
  const replicas = Math.min(size, 3)
  const inSync = Math.min(size, 2)
  const at = (port: number | undefined) => `127.0.0.1:${port}`
  return {
    'process.roles': 'broker,controller',
    'node.id': i + 1,
    'controller.quorum.voters': ports.slice(size).map((port, n) => `${n + 1}@${at(port)}`),
    listeners: `PLAINTEXT://${at(ports[i])},CONTROLLER://${at(ports[size + i])}`,
    'advertised.listeners': `PLAINTEXT://${at(ports[i])}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': 0,
    'auto.create.topics.enable': false,
    // The cluster notices a killed node, and accepts it again, sooner; the default is 9 s.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,
  }
}
