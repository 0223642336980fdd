import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts, untilAnswers } from './answers.ts'
import { type Broker, type BrokerOptions, NotPossible } from './broker.ts'
import { ownedProcess } from './owned-process.ts'

const run = promisify(execFile)

const POM = join(import.meta.dirname, 'pom.xml')
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/candlewick')
const OLDEST_JAVA = 17
const START_MS = 60_000
/** Any: the storage wants one. */
export const CLUSTER_ID = 'Y2FuZGxld2lja2thZmthYQ'

export interface ApacheKafkaOptions extends BrokerOptions {
  /** Listeners beside the plain one, by name: each's protocol, e.g. `SASL_SSL`. */
  readonly listeners?: Readonly<Record<string, string>>
  /** Settings of the server, beside the usual ones or in their place. */
  readonly settings?: Readonly<Record<string, string>>
  /** Users that the cluster begins with, e.g. `SCRAM-SHA-256=[name=alice,password=secret]`. */
  readonly scram?: readonly string[]
}

export interface ApacheKafka extends Broker {
  /** Where each of the further listeners answers, as `KAFKA_BROKERS` has it. */
  readonly listeners: Readonly<Record<string, string>>
}

/** Apache Kafka (KRaft) in a folder and on ports of its own. @throws NotPossible without Java or Maven */
export async function startApacheKafka(options: ApacheKafkaOptions): Promise<ApacheKafka> {
  const { report, proxy, listeners: protocols = {}, settings = {}, scram = [] } = options
  await requireJava()
  const jars = await resolveJars(report)
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-kafka-'))
  const [port = 0, controllerPort = 0, behindProxy = 0, ...ports] = await freePorts(3 + Object.keys(protocols).length)
  const brokers = `127.0.0.1:${port}`
  const further = Object.entries(protocols).map(([name, protocol], i) => ({ name, protocol, port: ports[i]! }))
  const properties = join(folder, 'server.properties')
  const logFile = join(folder, 'broker.log')
  const all = { ...serverProperties(folder, { port, controllerPort, behindProxy, proxy, further }), ...settings }
  await writeFile(
    properties,
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  const java = ['-Xmx1g', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*')]
  const users = scram.flatMap(user => ['--add-scram', user])
  await run('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties, ...users])

  let server: ChildProcess | undefined
  const start = async () => {
    const log = await open(logFile, 'a')
    server = ownedProcess('java', [...java, 'kafka.Kafka', properties], { stdio: ['ignore', log.fd, log.fd] })
    await log.close()
    const { pid } = server
    report?.(`Apache Kafka (process ${pid}) starts on ${brokers}; its log is ${logFile}`)
    try {
      await untilAnswers(brokers, START_MS, () => {
        if (server?.exitCode != null) throw new Error('it ended')
      })
    } catch (error) {
      throw new Error(`Apache Kafka does not start:\n${(await readFile(logFile, 'utf8')).slice(-3000)}`, {
        cause: error,
      })
    }
  }
  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
  const stop = async () => {
    await kill()
    await rm(folder, { recursive: true, force: true })
  }
  await start().catch(async error => {
    await stop()
    throw error
  })
  const listeners = Object.fromEntries(further.map(({ name, port }) => [name, `127.0.0.1:${port}`]))
  return { kind: 'apache-kafka', brokers, behindProxy, listeners, stop, kill, restart: start }
}

export async function requireJava(): Promise<void> {
  const { stderr } = await run('java', ['-version']).catch(() => ({ stderr: '' }))
  const version = Number(/version "(\d+)/.exec(stderr)?.[1] ?? Number.NaN)
  if (version >= OLDEST_JAVA) return
  const found = Number.isNaN(version) ? 'none found' : `found ${version}`
  throw new NotPossible(`Java ${OLDEST_JAVA} or newer runs Apache Kafka (${found})`)
}

/** @returns the folder of Apache Kafka's jars, fetched by Maven once. */
export async function resolveJars(report: BrokerOptions['report']): Promise<string> {
  const version = /<kafka.version>([\d.]+)</.exec(await readFile(POM, 'utf8'))?.[1]
  const jars = join(CACHE, `kafka-${version}`)
  if (existsSync(jars)) return jars
  report?.(`Maven fetches Apache Kafka ${version}, once`)
  await mkdir(CACHE, { recursive: true })
  const fetched = await mkdtemp(join(CACHE, 'fetching-'))
  const maven = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${fetched}`]
  await run('mvn', maven).catch(async (error: Error & { stdout?: string }) => {
    await rm(fetched, { recursive: true, force: true })
    const reason = error.message.includes('ENOENT') ? 'mvn is not there' : (error.stdout ?? '').slice(0, 500)
    throw new NotPossible(`Maven fetches Apache Kafka (${reason.trim()})`)
  })
  // Somebody else may have been faster.
  await rename(fetched, jars).catch(() => rm(fetched, { recursive: true, force: true }))
  return jars
}

interface Ports {
  readonly port: number
  readonly controllerPort: number
  readonly behindProxy: number
  /** What those who come by `behindProxy` are told. */
  readonly proxy: number | undefined
  readonly further: readonly { readonly name: string; readonly protocol: string; readonly port: number }[]
}

const listener = (name: string, port: number): string => `${name}://127.0.0.1:${port}`

function serverProperties(folder: string, { port, controllerPort, behindProxy, proxy, further }: Ports) {
  // By name, so that clients depend on their resolver as they do elsewhere.
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
    // How long a killed broker's own controller keeps it out after a restart; the default is 9 s.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,
  }
}
