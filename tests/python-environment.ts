import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const CACHE = join(import.meta.dirname, '../node_modules/.cache/candlewick')

/** Whether this machine has the Python that {@link pythonEnvironment} needs. */
export function hasPython(): boolean {
  return spawnSync('python3', ['-c', 'import ensurepip, sys; sys.exit(sys.version_info < (3, 10))']).status === 0
}

/**
 * Makes a virtual environment with packages from PyPI, kept in node_modules/.cache for the next run.
 * @param requirements arguments of `pip install`
 * @param version changes if the environment has to be created again although the requirements are unchanged
 * @returns the path of its `bin` folder. @throws Error that names the requirements if they cannot be installed
 */
export async function pythonEnvironment(requirements: readonly string[], version = ''): Promise<string> {
  const id = createHash('sha256')
    .update([...requirements, version].join('\n'))
    .digest('hex')
  const folder = join(CACHE, `python-${id.slice(0, 12)}`)
  const installed = join(folder, 'installed')
  const bin = join(folder, 'bin')
  const unlock = await lock(`${folder}.lock`)
  try {
    if (existsSync(installed)) return bin
    await run('python3', ['-m', 'venv', '--clear', folder])
    await run(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements])
    writeFileSync(installed, '')
    return bin
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`Cannot install from PyPI: ${requirements.join(', ')}`, { cause: error })
  } finally {
    unlock()
  }
}

/**
 * Waits until no other process has the lock: test files run side by side, and two installations into one folder never end.
 * @returns a function that releases it
 */
async function lock(file: string): Promise<() => void> {
  mkdirSync(CACHE, { recursive: true })
  for (;;)
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch {
      if (!isHeld(file)) rmSync(file, { force: true })
      await sleep(200)
    }
}

/** @returns whether the process that wrote the lock still runs; a killed one leaves its lock behind. */
function isHeld(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    return pid === 0 || process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
