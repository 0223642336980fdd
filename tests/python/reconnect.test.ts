import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startBroker } from '../../tools/broker/index.ts'
import { hasPython, pythonEnvironment } from '../python-environment.ts'

const run = promisify(execFile)
const CLIENT = join(import.meta.dirname, '../../clients/python')
const POLL = { timeout: 90_000 }

describe.skipIf(!hasPython())('a Python stream whose broker becomes unreachable', () => {
  let python = ''

  beforeAll(async () => {
    const project = readFileSync(join(CLIENT, 'pyproject.toml'), 'utf8')
    python = join(
      await pythonEnvironment(['--editable', `${CLIENT}[dev,pandas,polars,duckdb,redis]`], project),
      'python',
    )
  }, 600_000)

  it('continues without a loss when the broker answers again, and ends by Ctrl-C while it does not', {
    timeout: 240_000,
  }, async () => {
    // One of its own, because the other tests' broker must not go away.
    const broker = await startBroker()
    onTestFinished(() => broker.stop())
    const env = { ...process.env, CANDLEWICK_TEST_BROKERS: broker.brokers }
    const append = (first: number) =>
      run(python, [join(CLIENT, 'tests/append.py'), 'rows', String(first), '5'], { env })
    await append(0)

    const follower = spawn(python, [join(CLIENT, 'tests/follow.py'), 'rows', '--group', 'reader'], { env })
    onTestFinished(() => void follower.kill('SIGKILL'))
    const ended = once(follower, 'close')
    let printed = ''
    follower.stdout.on('data', chunk => {
      printed += String(chunk)
    })
    let errors = ''
    follower.stderr.on('data', chunk => {
      errors += String(chunk)
    })
    const lines = () => printed.split('\n').slice(0, -1)
    await expect.poll(lines, POLL).toEqual(['0', '1', '2', '3', '4'])
    // A node that is killed in the middle of a commit may leave its transaction open.
    await sleep(1_500)
    await broker.kill()
    await sleep(2_000)
    await broker.restart()
    await append(5)
    await expect.poll(lines, POLL).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])

    await broker.kill()
    follower.kill('SIGINT')
    expect(await ended, errors).toEqual([0, null])
    expect(lines().at(-1)).toBe('interrupted')
  })
})
