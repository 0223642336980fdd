import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installTalib } from './talib.ts'

/** `npm run goldens`: computes the golden vectors with the real TA-Lib and compares every value with ours. */
const python = installTalib()
if (!python) process.exit(1)
const run = (command: string, file: string, raw: string) =>
  execFileSync(command, [join(import.meta.dirname, file), raw], { stdio: 'inherit' })
const raw = mkdtempSync(join(tmpdir(), 'goldens-'))
try {
  run(python, 'make.py', raw)
  run(process.execPath, 'compare.ts', raw)
} catch {
  process.exitCode = 1
} finally {
  rmSync(raw, { recursive: true })
}
