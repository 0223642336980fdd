import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownedProcess } from '../broker/index.ts'
import { INSTANCES, type Instance, type Pipeline, parse, type Running, Warnings } from './services.ts'

const ROOT = join(import.meta.dirname, '../..')
export const LOGS = join(ROOT, 'node_modules/.cache/candlewick/logs')
const STOP_MS = 10_000

/** Every instance a process of its own, as in production; their logs go to files. */
export function startProcesses(env: Record<string, string>): Pipeline {
  mkdirSync(LOGS, { recursive: true })
  const warnings = new Warnings()
  const processes = INSTANCES.map(instance => new InstanceProcess(instance, env, warnings))
  return {
    instances: () => processes,
    warnings: () => warnings.last,
    stop: async () => {
      await Promise.all(processes.map(p => p.stop()))
    },
  }
}

class InstanceProcess implements Running {
  readonly name: string
  readonly #child: ChildProcess
  url: string | undefined
  ended: Running['ended']

  constructor({ name, service }: Instance, env: Record<string, string>, warnings: Warnings) {
    this.name = name
    const main = join(ROOT, `services/${service}/src/main.ts`)
    this.#child = ownedProcess(process.execPath, [main], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.once('exit', (code, signal) => {
      this.ended = { how: signal ? `killed by ${signal}` : `ended with code ${code}`, failed: Boolean(code) }
    })
    const file = createWriteStream(join(LOGS, `${name}.log`))
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      createInterface(stream).on('line', line => {
        file.write(`${line}\n`)
        this.url ??= parse(line).url
        warnings.add(name, line)
      })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** By SIGTERM, as Docker and Kubernetes do; SIGKILL for one that does not end. */
  async stop(): Promise<void> {
    if (this.ended) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await Promise.race([exited, sleep(STOP_MS, undefined, { ref: false })])
    if (!this.ended) this.#child.kill('SIGKILL')
  }
}
