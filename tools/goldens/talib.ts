import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const WHEELS = ['ta-lib==0.8.2', 'numpy']
const environment = join(import.meta.dirname, '../../node_modules/.cache/ta-lib')
const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

/**
 * Installs TA-Lib's wheel into a virtual environment in node_modules/.cache.
 * @returns the path of that environment's Python; undefined, after printing the reason, if it cannot be installed
 */
export function installTalib(): string | undefined {
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: ['ignore', 2, 2] })
  const installed = join(environment, 'installed')
  try {
    if (existsSync(installed)) return python
    console.error(`Installing ${WHEELS.join(', ')} into ${environment}`)
    run('python3', '-m', 'venv', environment)
    run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...WHEELS)
    run(python, '-c', `import talib, pathlib; pathlib.Path(${JSON.stringify(installed)}).touch()`)
    return python
  } catch (error) {
    console.error(
      `${(error as Error).message}\nCannot install TA-Lib. Install Python 3 with venv and pip, and make sure that PyPI can be reached for ${WHEELS.join(' and ')}.`,
    )
    return undefined
  }
}
