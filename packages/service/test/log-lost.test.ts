import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'

const FIXTURE = join(import.meta.dirname, 'run-fixture.ts')

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}

/** Starts the fixture with this standard output and error. */
async function start(stdout: number | 'pipe', stderr: number | 'pipe') {
  const port = await freePort()
  const env = { HTTP_PORT: String(port), LOG_LEVEL: 'debug' }
  const child = spawn(process.execPath, [FIXTURE], { cwd: temporaryFolder(), env, stdio: ['ignore', stdout, stderr] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  return { child, get }
}

/** Checks that the service works without its log, and stops on SIGTERM with exit code 0. */
async function worksWithoutLog(child: ChildProcess, get: (path: string) => Promise<string>): Promise<void> {
  await vi.waitFor(async () => expect(await get('/readyz')).toContain('true'), { timeout: 20_000 })
  expect(await get('/metrics')).toMatch(/^candlewick_log_lines_lost_total\{[^}]*\} [1-9]/m)
  child.kill('SIGTERM')
  const [code, signal] = await once(child, 'exit')
  expect([code, signal]).toEqual([0, null])
}

describe.runIf(existsSync('/dev/full'))('a service whose log goes to a full disk', () => {
  it('continues without the log, counts its lines and stops in order', async () => {
    const full = openSync('/dev/full', 'w')
    const { child, get } = await start(full, full)
    await worksWithoutLog(child, get)
  })
})

it('continues without the log when its pipe is closed', async () => {
  const { child, get } = await start('pipe', 'pipe')
  child.stdout?.destroy()
  child.stderr?.destroy()
  await worksWithoutLog(child, get)
})
