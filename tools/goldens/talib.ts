import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const WHEELS = ['ta-lib==0.8.2', 'numpy']
const environment = join(import.meta.dirname, '../../node_modules/.cache/ta-lib')
const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

/**
 * Installs TA-Lib's wheel into a Python environment of its own, in node_modules/.cache; PYTHON names another Python than
 * python3. @returns that environment's Python; undefined, and says why, where it cannot be had
 */
export function installTalib(): string | undefined {
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: ['ignore', 2, 2] })
  const installed = join(environment, 'installed')
  try {
    if (existsSync(installed)) return python
    console.error(`Installs ${WHEELS.join(', ')} into ${environment}`)
    run(process.env.PYTHON ?? 'python3', '-m', 'venv', environment)
    run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...WHEELS)
    run(python, '-c', `import talib, pathlib; pathlib.Path(${JSON.stringify(installed)}).touch()`)
    return python
  } catch (error) {
    console.error(
      `${(error as Error).message}\nTA-Lib needs Python 3 with venv and pip, and the wheels ${WHEELS.join(', ')}.`,
    )
    return undefined
  }
}
