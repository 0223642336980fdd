import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownedProcess } from '../../tools/broker/index.ts'

const SERVICES = join(import.meta.dirname, '../../services')
const CHECK_MS = 50
const LINES_SHOWN = 20

export interface LogLine {
  readonly level?: string
  readonly msg?: string
  readonly [field: string]: unknown
}

/** A service that runs as a user starts it: `node services/NAME/src/main.ts` with these variables and no others. */
export class ServiceProcess {
  readonly lines: string[] = []
  readonly #name
  readonly #child
  readonly ended: Promise<number | null>
  exitCode: number | null | undefined

  constructor(name: string, env: Record<string, string>, main = join(SERVICES, name, 'src/main.ts')) {
    this.#name = name
    // The process does not run in the workspace's folder, because a developer's .env there must not affect a test.
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

  /** The JSON lines of its log. */
  get log(): LogLine[] {
    return this.lines.filter(line => line.startsWith('{')).map(line => JSON.parse(line) as LogLine)
  }

  get url(): string | undefined {
    return this.log.find(line => line.url)?.url as string | undefined
  }

  /** Waits for a log line with the message. @throws Error with the whole output when there is none in time */
  async says(message: RegExp, timeout = 90_000): Promise<LogLine> {
    return this.#until(timeout, () => {
      const line = this.log.find(line => message.test(line.msg ?? ''))
      if (!line) throw new Error(`It did not say ${message} (exit code ${this.exitCode}):\n${this.output}`)
      return line
    })
  }

  /** @throws Error with the process's state and its last log lines, when it does not answer */
  async get(path: string): Promise<{ readonly status: number; readonly text: string }> {
    try {
      // A new connection for each request: the service may close one that is kept alive just as a request is sent on it.
      const response = await fetch(`${this.url}${path}`, { headers: { connection: 'close' } })
      return { status: response.status, text: await response.text() }
    } catch (cause) {
      const reason = String((cause as Error).cause ?? cause)
      throw new Error(`${this.#name} does not answer ${path}: ${reason}; ${this.state}`, { cause })
    }
  }

  /**
   * Waits until /readyz answers that the service is ready. @throws Error with the last answer; at once if the process has
   * ended
   */
  async ready(timeout = 120_000): Promise<void> {
    await this.#until(timeout, async () => {
      if (!this.url) throw new Error(`${this.#name} has not started: ${this.state}`)
      const { text } = await this.get('/readyz')
      if (!text.includes('"ready":true')) throw new Error(`${this.#name} is not ready: ${text}`)
    })
  }

  /** The process's state and last log lines, for error messages. */
  get state(): string {
    const state = this.exitCode === undefined ? 'it is running' : `it has ended with exit code ${this.exitCode}`
    return `${state}. It said last:\n${this.lines.slice(-LINES_SHOWN).join('\n')}`
  }

  /**
   * Repeats a check until it no longer throws. @throws the check's last error when the time is over or the process has ended
   */
  async #until<T>(timeout: number, check: () => T | Promise<T>): Promise<T> {
    const deadline = performance.now() + timeout
    while (true) {
      // Read before the check, so that the check sees the last lines of a process that has ended.
      const isLast = this.exitCode !== undefined || performance.now() > deadline
      try {
        return await check()
      } catch (error) {
        if (isLast) throw error
      }
      await sleep(CHECK_MS)
    }
  }

  /** Sends SIGKILL and waits until the process has ended. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }

  /** Stops the process by SIGTERM. @returns its exit code */
  stop(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    return this.ended
  }
}
