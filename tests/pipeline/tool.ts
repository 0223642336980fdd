import { once } from 'node:events'
import { join } from 'node:path'
import { ownedProcess } from '../../tools/broker/index.ts'

export interface ToolRun {
  /** What it has printed so far. */
  readonly output: () => string
  /** Its exit code; null when it was killed. */
  readonly ended: Promise<number | null>
  /** SIGKILL. */
  kill(): void
}

/** A command of tools/ as its user runs it, with these variables and no others. */
export function runTool(name: string, args: readonly string[], env: Record<string, string>): ToolRun {
  const main = join(import.meta.dirname, '../../tools', name, 'main.ts')
  // Not the workspace's folder: a developer's .env there is none of a test's business.
  const child = ownedProcess(process.execPath, [main, ...args], {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', chunk => printed.push(String(chunk)))
  return {
    output: () => printed.join(''),
    ended: once(child, 'close').then(([code]) => code as number | null),
    kill: () => void child.kill('SIGKILL'),
  }
}
