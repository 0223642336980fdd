import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'

/**
 * Runs before each file of the projects `unit`, `isolated` and `long`. A test that starts a process there would make the
 * quick tests slow, and would need programs that a bare machine lacks.
 */
const STARTERS = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const

for (const name of STARTERS)
  Object.defineProperty(childProcess, name, {
    value: (file: string) => {
      throw new Error(`A unit test starts ${file} by ${name}(): add its file to PROCESSES in vitest.config.ts`)
    },
  })
syncBuiltinESMExports()
