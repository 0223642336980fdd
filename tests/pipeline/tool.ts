import { once } from 'node:events'
import { join } from 'node:path'
import { ownedProcess } from '../../tools/broker/index.ts'

export interface ToolRun {
  /** Everything printed so far: pieces of the standard output and of the error output, as they came. */
  readonly output: () => string
  /** The standard output so far. */
  readonly stdout: () => string
  /** The exit code; null when the process was killed. */
  readonly ended: Promise<number | null>
  /** Kills the process by SIGKILL. */
  kill(): void
}

/** Runs a command of tools/ as a user does, with these variables and no others. */
export function runTool(name: string, args: readonly string[], env: Record<string, string>, file = 'main.ts'): ToolRun {
  const main = join(import.meta.dirname, '../../tools', name, file)
  // The tool does not run in the workspace's folder, because a developer's .env there must not affect a test.
  const child = ownedProcess(process.execPath, [main, ...args], {
    cwd: import.meta.dirname,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', chunk => printed.push(String(chunk)))
  const written: Buffer[] = []
  child.stdout!.on('data', chunk => written.push(chunk))
  return {
    output: () => printed.join(''),
    stdout: () => String(Buffer.concat(written)),
    ended: once(child, 'close').then(([code]) => code as number | null),
    kill: () => void child.kill('SIGKILL'),
  }
}
