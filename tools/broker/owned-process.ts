import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'

/**
 * Starts a process that never outlives this one, even if this one is killed: a shell waits until the pipe from here closes, and
 * then kills it. The process has its own process group, so that Ctrl-C reaches only this process, which then ends it in order.
 */
export function ownedProcess(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true })
  if (child.pid === undefined) return child
  const watchdog = spawn('sh', ['-c', 'read -r _; kill -9 "$0" 2>/dev/null', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.once('exit', () => watchdog.kill('SIGKILL'))
  watchdog.unref()
  return child
}
