import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const VENV = join(import.meta.dirname, '../../node_modules/.cache/candlewick/history-venv')
export const PYTHON = join(VENV, 'bin/python')
const WHEELS = ['duckdb==2.0.1', 'polars==2.1.0', 'pyarrow==26.0.1', 'numpy==2.4.6', 'TA-Lib==0.8.2']
const PROBE = 'import duckdb, polars, pyarrow, numpy, talib'

/** @returns whether the environment exists, without creating it. */
export const hasVenv = (): boolean => existsSync(PYTHON) && spawnSync(PYTHON, ['-c', PROBE]).status === 0

/**
 * Creates the environment of DuckDB, Polars and TA-Lib in the cache folder. @returns why this is not possible; undefined if the
 * environment exists
 */
export function makeVenv(): string | undefined {
  if (hasVenv()) return undefined
  if (spawnSync('python3', ['-c', 'import ensurepip']).status !== 0) return 'there is no python3 with venv'
  rmSync(VENV, { recursive: true, force: true })
  spawnSync('python3', ['-m', 'venv', VENV])
  const installed = spawnSync(PYTHON, ['-m', 'pip', 'install', '--quiet', ...WHEELS])
  return installed.status === 0
    ? undefined
    : `pip cannot install ${WHEELS.join(', ')}: ${String(installed.stderr).slice(-300)}`
}
