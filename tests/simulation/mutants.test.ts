import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { MUTANTS } from './mutants.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const SHARES = 2

/** @returns what looking for a share of the mutants prints, a line each. */
const look = (share: number): Promise<string> =>
  new Promise(resolve => {
    execFile(process.execPath, [MAIN, '--mutants', `${share}/${SHARES}`], (_, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })

describe('the simulation finds', () => {
  let told = ''
  beforeAll(async () => {
    told = (await Promise.all(Array.from({ length: SHARES }, (_, share) => look(share)))).join('\n')
  }, 240_000)

  it.each(MUTANTS)('$name, within $within histories', ({ name, within }) => {
    const line = told.split('\n').find(l => l.endsWith(`: ${name}`))
    const [, after] = /^found after (\d+)/.exec(line ?? '') ?? []
    expect(Number(after ?? Number.POSITIVE_INFINITY), line ?? told).toBeLessThanOrEqual(within)
  })
})
