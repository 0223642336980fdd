import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { hasPython, pythonEnvironment } from '../python-environment.ts'

const run = promisify(execFile)
const CLIENT = join(import.meta.dirname, '../../clients/python')
const isPossible = hasPython()
if (!isPossible) console.warn('The Python client is not tested here: there is no python3 of 3.10 or newer with venv')

/** @returns a tool's output, also when the tool fails, because a developer needs to see that output. */
async function outputOf(tool: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    const { stdout } = await run(tool, [...args], { cwd: CLIENT, env: { ...process.env, ...env }, maxBuffer: 1 << 26 })
    return stdout
  } catch (error) {
    throw new Error(`${(error as { stdout?: string }).stdout}\n${(error as Error).message}`, { cause: error })
  }
}

describe.skipIf(!isPossible)('the Python client', () => {
  let bin = ''

  beforeAll(async () => {
    const project = readFileSync(join(CLIENT, 'pyproject.toml'), 'utf8')
    bin = await pythonEnvironment(['--editable', `${CLIENT}[dev,pandas,polars,duckdb,redis]`], project)
  }, 600_000)

  it('passes its own tests against a broker', { timeout: 300_000 }, async () => {
    const args = ['-q', '-p', 'no:cacheprovider']
    const printed = await outputOf(join(bin, 'pytest'), args, { CANDLEWICK_TEST_BROKERS: inject('brokers') })
    expect(printed).toMatch(/\d+ passed/)
    expect(printed).not.toContain('skipped')
  })

  it('has types that mypy accepts in strict mode', { timeout: 120_000 }, async () => {
    expect(await outputOf(join(bin, 'mypy'), ['--cache-dir=/dev/null'])).toContain('Success')
  })

  it('is formatted and free of ruff’s findings', async () => {
    expect(await outputOf(join(bin, 'ruff'), ['check', '--no-cache'])).toContain('All checks passed')
    await outputOf(join(bin, 'ruff'), ['format', '--check', '--no-cache', 'src', 'tests'])
  })
})
