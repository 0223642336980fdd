import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { untilAnswers } from './answers.ts'
import type { BrokerNode, BrokerOptions } from './broker.ts'
import { ownedProcess } from './owned-process.ts'

const run = promisify(execFile)

/** Arbitrary; the storage tool requires one. */
const CLUSTER_ID = 'Y2FuZGxld2lja2thZmthYQ'
const START_MS = 60_000
/** Time for a broker to hand its partitions over before it exits. */
const STOP_MS = 20_000

interface NodeOptions {
  readonly heapMb: number
  readonly jars: string
  readonly properties: string
  /** File that receives the process's output. */
  readonly logFile: string
  /** Address of the node, host:port. */
  readonly address: string
  readonly report: BrokerOptions['report']
}

/** One process of Apache Kafka. */
export class KafkaNode implements BrokerNode {
  readonly #o: NodeOptions
  #server: ChildProcess | undefined

  constructor(options: NodeOptions) {
    this.#o = options
  }

  /** Formats its storage before the first start. @param more options of the storage tool, such as initial users */
  async format(more: readonly string[] = []): Promise<void> {
    const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', this.#o.properties]
    await run('java', [...this.#java, ...format, ...more])
  }

  async restart(): Promise<void> {
    const { logFile, properties, address, report } = this.#o
    const log = await open(logFile, 'a')
    const server = ownedProcess('java', [...this.#java, 'kafka.Kafka', properties], {
      stdio: ['ignore', log.fd, log.fd],
    })
    this.#server = server
    await log.close()
    report?.(`Starting Apache Kafka (process ${server.pid}) on ${address}; its log is ${logFile}`)
    try {
      await untilAnswers(address, START_MS, () => {
        if (server.exitCode !== null) throw new Error('its process ended')
      })
    } catch (error) {
      const end = (await readFile(logFile, 'utf8')).slice(-3000)
      throw new Error(`Apache Kafka does not start. The end of its log:\n${end}`, { cause: error })
    }
  }

  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#server?.kill('SIGKILL'), STOP_MS)
    await this.#end('SIGTERM')
    clearTimeout(timer)
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  get runs(): boolean {
    return this.#server !== undefined && this.#server.exitCode === null && this.#server.signalCode === null
  }

  get #java(): string[] {
    const { heapMb, jars } = this.#o
    return [`-Xmx${heapMb}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`]
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.#server || !this.runs) return
    const ended = once(this.#server, 'exit')
    this.#server.kill(signal)
    await ended
  }
}

/** @returns a .properties file. */
export const propertiesText = (properties: Readonly<Record<string, unknown>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
