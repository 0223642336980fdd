import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownedProcess } from '../broker/index.ts'
import { INSTANCES, type Instance, instanceNamed, nextCandles, type Pipeline, parse, type Running } from './services.ts'
import type { Warnings } from './warnings.ts'

const ROOT = join(import.meta.dirname, '../..')
export const LOGS = join(ROOT, 'node_modules/.cache/candlewick/logs')
const STOP_MS = 10_000
const RESTART_MS = 1000

/** Runs every instance in a process of its own, as in production, with its log in a file. */
export function startProcesses(env: Record<string, string>, warnings: Warnings): Pipeline {
  mkdirSync(LOGS, { recursive: true })
  const start = (instance: Instance) => new InstanceProcess(instance, env, warnings)
  let processes = INSTANCES.map(start)
  return {
    instances: () => processes,
    add: async () => {
      processes = [...processes, start(nextCandles(processes))]
    },
    remove: async name => {
      const leaving = instanceNamed(processes, name)
      await leaving.stop()
      processes = processes.filter(p => p !== leaving)
    },
    kill: name => instanceNamed(processes, name).kill(),
    stop: async () => {
      await Promise.all(processes.map(p => p.stop()))
    },
  }
}

/** Restarts a killed process, as Docker and Kubernetes do. A process that ends by itself is reported instead. */
class InstanceProcess implements Running {
  readonly name: string
  readonly #start: () => ChildProcess
  readonly #log: WriteStream
  readonly #warnings: Warnings
  #child: ChildProcess
  #stopping = false
  url: string | undefined
  ended: Running['ended']

  constructor({ name, service }: Instance, env: Record<string, string>, warnings: Warnings) {
    this.name = name
    this.#warnings = warnings
    this.#log = createWriteStream(join(LOGS, `${name}.log`))
    const main = join(ROOT, `services/${service}/src/main.ts`)
    this.#start = () => ownedProcess(process.execPath, [main], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = this.#run()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  #run(): ChildProcess {
    const child = this.#start()
    this.url = undefined
    this.ended = undefined
    for (const stream of [child.stdout!, child.stderr!])
      createInterface(stream).on('line', line => {
        this.#log.write(`${line}\n`)
        this.url ??= parse(line).url
        this.#warnings.add(this.name, line)
      })
    child.once('exit', (code, signal) => {
      this.ended = { how: signal ? `killed by ${signal}` : `ended with code ${code}`, failed: Boolean(code) }
      if (signal && !this.#stopping) void this.#again(signal)
    })
    return child
  }

  async #again(signal: string): Promise<void> {
    this.#warnings.say(this.name, `killed by ${signal}, is started again`)
    await sleep(RESTART_MS, undefined, { ref: false })
    if (!this.#stopping) this.#child = this.#run()
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Stops the process with SIGTERM, as Docker and Kubernetes do, and with SIGKILL if it does not end. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.ended) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await Promise.race([exited, sleep(STOP_MS, undefined, { ref: false })])
    if (!this.ended) this.#child.kill('SIGKILL')
  }
}
