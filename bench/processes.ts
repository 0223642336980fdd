import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Services in processes of their own, as users run them, which all end with this process. */
export class Processes {
  readonly #env: Readonly<Record<string, string>>
  readonly #children: ChildProcess[] = []

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env
  }

  start(service: string, env: Readonly<Record<string, string>> = {}): void {
    const main = join(import.meta.dirname, '../services', service, 'src/main.ts')
    const own = { HTTP_PORT: '0', LOG_LEVEL: 'warn', ...this.#env, ...env }
    const child = spawn(process.execPath, [main], { env: { ...process.env, ...own }, stdio: ['ignore', 2, 2] })
    this.#children.push(child)
  }

  async stop(): Promise<void> {
    const alive = this.#children.filter(c => c.exitCode === null && c.signalCode === null)
    for (const child of alive) child.kill('SIGTERM')
    await Promise.all(alive.map(child => once(child, 'exit')))
  }
}
