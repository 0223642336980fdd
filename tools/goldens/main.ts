import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npm run goldens`: makes the golden vectors anew from the real TA-Lib and compares every value with ours. The wheels
 * are installed into a Python environment of their own, in node_modules/.cache; PYTHON names another Python than python3.
 */
const WHEELS = ['ta-lib==0.8.2', 'numpy']
const root = join(import.meta.dirname, '../..')
const environment = join(root, 'node_modules/.cache/ta-lib')
const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'inherit' })

try {
  if (!existsSync(join(environment, 'installed'))) {
    console.log(`Installs ${WHEELS.join(', ')} into ${environment}`)
    run(process.env.PYTHON ?? 'python3', '-m', 'venv', environment)
    run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...WHEELS)
    run(python, '-c', `import talib, pathlib; pathlib.Path(${JSON.stringify(join(environment, 'installed'))}).touch()`)
  }
} catch (error) {
  console.error(
    `${(error as Error).message}\nThe goldens need Python 3 with venv and pip, and the wheels ${WHEELS.join(', ')}.`,
  )
  process.exit(1)
}
const raw = mkdtempSync(join(tmpdir(), 'goldens-'))
try {
  run(python, join(import.meta.dirname, 'make.py'), raw)
  run(process.execPath, join(import.meta.dirname, 'compare.ts'), raw)
} catch {
  process.exitCode = 1
} finally {
  rmSync(raw, { recursive: true })
}
