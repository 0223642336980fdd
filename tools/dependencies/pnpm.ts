import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const OUTPUT_BYTES_MAX = 64 << 20

export interface Ended {
  readonly code: number
  readonly output: string
  readonly errors: string
}

/** Runs the pnpm that the workspace is installed with; its version is pinned in tools/run.mjs. */
export function pnpm(args: readonly string[]): Promise<Ended> {
  const [pinned = 'pnpm'] = /pnpm@\d+\.\d+\.\d+/.exec(readFileSync(join(ROOT, 'tools/run.mjs'), 'utf8')) ?? []
  const options = { cwd: ROOT, maxBuffer: OUTPUT_BYTES_MAX }
  return new Promise(resolve => {
    execFile('npx', ['--yes', pinned, ...args], options, (error, output, errors) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, output, errors })
    })
  })
}
