import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, rmSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownedProcess } from '../../tools/broker/index.ts'
import type { Order } from './agent.ts'

const ROOT = join(import.meta.dirname, '../..')
/** A service stops within 8 s of SIGTERM; a busy machine needs longer. */
const STOP_MS = 20_000
/** Small, so that it is exhausted soon. */
const HEAP_MB = 160
const AGENT = join(import.meta.dirname, 'agent.ts')

export type Service = 'trades-ingestor' | 'candles' | 'technical-indicators'

/** The fields of a service's log line that the soak reads. */
export interface LogLine {
  readonly level?: string
  readonly msg?: string
  readonly url?: string
  readonly restore_ms?: number
}

export interface FleetOptions {
  /** The environment of all services. */
  readonly env: Readonly<Record<string, string>>
  /** Folder of the instances' logs. */
  readonly folder: string
  onLine(line: LogLine): void
  /** Called when an instance ends although the soak did not stop it. */
  onEnd(instance: Instance, how: string): void
}

/** Instances of the services, each in a process of its own as in production. */
export class Fleet {
  readonly #o: FleetOptions
  readonly #instances = new Set<Instance>()
  #count = 0

  constructor(options: FleetOptions) {
    this.#o = options
    rmSync(options.folder, { recursive: true, force: true })
    mkdirSync(options.folder, { recursive: true })
  }

  start(service: Service): Instance {
    const instance = new Instance(service, `${service}-${++this.#count}`, this.#o, () =>
      this.#instances.delete(instance),
    )
    this.#instances.add(instance)
    return instance
  }

  /** Running instances, oldest first, without instances that are stopping or frozen. */
  of(service: Service): readonly Instance[] {
    return [...this.#instances].filter(i => i.service === service && !i.ending && !i.frozen)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#instances].map(i => i.stop()))
  }
}

export class Instance {
  readonly service: Service
  readonly name: string
  readonly #child: ChildProcess
  readonly #file: WriteStream
  readonly #exited: Promise<unknown>
  url: string | undefined
  /** Whether the soak has stopped or killed it. */
  ending = false
  frozen = false

  constructor(service: Service, name: string, { env, folder, onLine, onEnd }: FleetOptions, gone: () => void) {
    this.service = service
    this.name = name
    this.#file = createWriteStream(join(folder, `${name}.log`))
    const main = join(ROOT, `services/${service}/src/main.ts`)
    this.#child = ownedProcess(process.execPath, [`--max-old-space-size=${HEAP_MB}`, '--import', AGENT, main], {
      // A folder without a developer's .env.
      cwd: folder,
      env: { ...env, PATH: process.env.PATH, KAFKA_CLIENT_ID: name },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#exited = once(this.#child, 'exit').then(([code, signal]) => {
      gone()
      if (!this.ending) onEnd(this, signal ? `killed by ${signal}` : `ended with code ${code}`)
    })
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      createInterface(stream).on('line', text => {
        this.#file.write(`${text}\n`)
        const line = parse(text)
        this.url ??= line.url
        onLine(line)
      })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Injects a fault of the platform into the process. */
  order(order: Order): void {
    if (order.kind === 'exhaust') this.ending = true
    if (this.#child.connected) this.#child.send(order)
  }

  /** Resolves when the process has ended for any reason. */
  get ended(): Promise<unknown> {
    return this.#exited
  }

  /** Sends SIGKILL, which also ends a process stopped by SIGSTOP. */
  kill(): void {
    this.ending = true
    this.#child.kill('SIGKILL')
  }

  freeze(): void {
    this.frozen = true
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.frozen = false
    this.#child.kill('SIGCONT')
  }

  /** Sends SIGTERM, as Docker and Kubernetes do. @returns whether the process ended in time */
  async stop(): Promise<boolean> {
    this.ending = true
    this.#child.kill('SIGTERM')
    const inTime = await Promise.race([this.#exited.then(() => true), sleep(STOP_MS, false, { ref: false })])
    if (!inTime) this.#child.kill('SIGKILL')
    return inTime
  }
}

/** A line that is not JSON, such as the stack of a crash, counts as an error. */
function parse(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return { level: 'fatal', msg: text }
  }
}
