import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
  if (existsSync(installed)) return bin
  try {
    await run('python3', ['-m', 'venv', '--clear', folder])
    await run(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements])
    writeFileSync(installed, '')
    return bin
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`Cannot install from PyPI: ${requirements.join(', ')}`, { cause: error })
  }
}
