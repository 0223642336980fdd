import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { vi } from 'vitest'
import { ownedProcess } from '../../tools/broker/index.ts'

const SERVICES = join(import.meta.dirname, '../../services')

export interface LogLine {
  readonly level?: string
  readonly msg?: string
  readonly [field: string]: unknown
}

/** A service as its user starts it: `node services/NAME/src/main.ts` with these variables and no others. */
export class ServiceProcess {
  readonly lines: string[] = []
  readonly #child
  readonly ended: Promise<number | null>
  exitCode: number | null | undefined

  constructor(name: string, env: Record<string, string>, main = join(SERVICES, name, 'src/main.ts')) {
    // Not the workspace's folder: a developer's .env there is none of a test's business.
    const options = { cwd: import.meta.dirname, env, stdio: ['ignore', 'pipe', 'pipe'] as const }
    this.#child = ownedProcess(process.execPath, [main], { ...options, stdio: [...options.stdio] })
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      createInterface(stream).on('line', line => this.lines.push(line))
    this.ended = once(this.#child, 'close').then(([code]) => {
      this.exitCode = code as number | null
      return this.exitCode
    })
  }

  get output(): string {
    return this.lines.join('\n')
  }

  /** Its log, without lines that are not JSON. */
  get log(): LogLine[] {
    return this.lines.filter(line => line.startsWith('{')).map(line => JSON.parse(line) as LogLine)
  }

  get url(): string | undefined {
    return this.log.find(line => line.url)?.url as string | undefined
  }

  /** Waits for a log line of that message. @throws Error with the whole output, when it does not come */
  async says(message: RegExp, timeout = 90_000): Promise<LogLine> {
    const find = () => {
      const line = this.log.find(line => message.test(line.msg ?? ''))
      if (!line) throw new Error(`It did not say ${message} (exit code ${this.exitCode}):\n${this.output}`)
      return line
    }
    return vi.waitFor(find, { timeout, interval: 50 })
  }

  async get(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${this.url}${path}`)
    return { status: response.status, text: await response.text() }
  }

  /** Waits until /readyz says that it is. @throws Error with what it says instead */
  async ready(timeout = 120_000): Promise<void> {
    const check = async () => {
      const text = this.url ? (await this.get('/readyz')).text : this.output
      if (!text.includes('"ready":true')) throw new Error(`Not ready: ${text}`)
    }
    await vi.waitFor(check, { timeout, interval: 100 })
  }

  /** Sends SIGKILL and waits until the process has ended. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }

  /** By SIGTERM. @returns its exit code */
  stop(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    return this.ended
  }
}
