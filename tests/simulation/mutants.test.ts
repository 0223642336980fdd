import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MUTANTS } from './mutants.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

/** @returns what exploring from seed 1 on prints with the violation in the code. */
const explore = (mutant: string, histories: number): Promise<string> =>
  new Promise(resolve => {
    const args = [MAIN, '--mutant', mutant, '--from', '1', '--histories', String(histories)]
    execFile(process.execPath, args, (_, stdout, stderr) => resolve(stdout + stderr))
  })

describe('the simulation finds', () => {
  it.concurrent.each(MUTANTS)(
    '$name, within $within histories',
    async ({ name, within }) => {
      expect(await explore(name, within)).toMatch(/^seed \d+ fails after/)
    },
    120_000,
  )
})
