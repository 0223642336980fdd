import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'

/**
 * Starts a process that never outlives this one, however this one ends: a shell waits for the pipe from here to
 * close and then kills it. It has a process group of its own, so that Ctrl-C reaches only us and we end it in order.
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
