import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PASSWORD = 'secret'
const DEBIAN_POSTGRES = '/usr/lib/postgresql'

/** A server that a test has started on 127.0.0.1, with data of its own. */
export interface TestServer {
  readonly url: string
  /** Ends the server at once, as a crash does. */
  kill(): Promise<void>
  /** Freezes it, so that it keeps its connections and answers nothing, as a machine that hangs. */
  suspend(): Promise<void>
  resume(): Promise<void>
  start(): Promise<void>
  /** Ends the server and deletes its data. */
  close(): Promise<void>
}

/** @returns the path of a program, undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES) : []
  const folders = [...(process.env.PATH ?? '').split(':'), ...versions.map(v => join(DEBIAN_POSTGRES, v, 'bin'))]
  return folders.map(folder => join(folder, name)).find(existsSync)
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function withDescendants(pid: number): Promise<number[]> {
  // The command fails when there are no such processes.
  const { stdout } = await run('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }))
  const children = await Promise.all(
    stdout
      .split('\n')
      .filter(Boolean)
      .map(line => withDescendants(Number(line))),
  )
  return [pid, ...children.flat()]
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Postgres refuses to run as root; Debian's package has made a user for it. */
const asPostgres = (command: string, args: string[]): [string, string[]] =>
  userInfo().uid === 0 ? ['runuser', ['-u', 'postgres', '--', command, ...args]] : [command, args]

export async function startPostgres(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'candlewick-postgres-'))
  chmodSync(folder, 0o777)
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, PASSWORD)
  const asked = ['-U', 'candlewick', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C']
  await run(...asPostgres(findProgram('initdb')!, ['-D', data, ...asked]))
  const port = await freePort()
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder]
  const isUp = () => run(findProgram('pg_isready')!, ['-h', '127.0.0.1', '-p', String(port)])
  return started(
    `postgres://candlewick:${PASSWORD}@127.0.0.1:${port}/postgres`,
    folder,
    asPostgres(findProgram('postgres')!, args),
    isUp,
  )
}

/** Starts Redis, or Valkey if it is installed. */
export async function startRedis(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'candlewick-redis-'))
  const port = String(await freePort())
  const args = [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
  ]
  const program = redisProgram()!
  const ping = () => run(program.replace(/-server$/, '-cli'), ['-p', port, 'ping'])
  return started(`redis://127.0.0.1:${port}`, folder, [program, args], async () => {
    if (!(await ping()).stdout.startsWith('PONG')) throw new Error('loading')
  })
}

export const redisProgram = (): string | undefined => findProgram('valkey-server') ?? findProgram('redis-server')

export async function started(
  url: string,
  folder: string,
  [command, args]: readonly [string, readonly string[]],
  isUp: () => Promise<unknown>,
): Promise<TestServer> {
  // A process group of its own, so that its children end with it.
  const begin = () => spawn(command, args, { stdio: 'ignore', detached: true })
  let child: ChildProcess
  // Postgres gives each of its processes a group of its own, so that one signal does not reach all of them.
  const toAll = async (name: NodeJS.Signals) => {
    for (const pid of await withDescendants(child.pid!)) signal(pid, name)
  }
  const server: TestServer = {
    url,
    async start() {
      for (let attempt = 0; ; attempt++) {
        // One that was killed may have left processes behind, which keep its successor from starting for a moment.
        if (attempt === 0 || child.exitCode !== null) child = begin()
        try {
          await isUp()
          return
        } catch (error) {
          if (attempt === 150) throw error
          await sleep(200)
        }
      }
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      await toAll('SIGKILL')
      await ended
    },
    suspend: () => toAll('SIGSTOP'),
    resume: () => toAll('SIGCONT'),
    async close() {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}
