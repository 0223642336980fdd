import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { untilAnswers } from './answers.ts'
import type { BrokerNode, BrokerOptions } from './broker.ts'
import { ownedProcess } from './owned-process.ts'

const START_MS = 60_000
/** A broker hands its partitions over before it ends. */
const STOP_MS = 20_000

interface NodeOptions {
  readonly heapMb: number
  readonly jars: string
  readonly properties: string
  /** What it prints goes there. */
  readonly logFile: string
  /** host:port where it answers. */
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

  async start(): Promise<void> {
    const { logFile, properties, address, report } = this.#o
    const log = await open(logFile, 'a')
    const server = ownedProcess('java', [...javaOptions(this.#o), 'kafka.Kafka', properties], {
      stdio: ['ignore', log.fd, log.fd],
    })
    this.#server = server
    await log.close()
    report?.(`Apache Kafka (process ${server.pid}) starts on ${address}; its log is ${logFile}`)
    try {
      await untilAnswers(address, START_MS, () => {
        if (server.exitCode !== null) throw new Error('it ended')
      })
    } catch (error) {
      const end = (await readFile(logFile, 'utf8')).slice(-3000)
      throw new Error(`Apache Kafka does not start:\n${end}`, { cause: error })
    }
  }

  restart(): Promise<void> {
    return this.start()
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

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.#server || !this.runs) return
    const ended = once(this.#server, 'exit')
    this.#server.kill(signal)
    await ended
  }
}

export const javaOptions = ({ heapMb, jars }: Pick<NodeOptions, 'heapMb' | 'jars'>): string[] => [
  `-Xmx${heapMb}m`,
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-cp',
  `${jars}/*`,
]
