import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { MUTANTS } from './mutants.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const SHARES = 2
const SAME_HISTORIES = 300
const { above, upTo } = inject('exploration').mutants
const chosen = MUTANTS.filter(({ within }) => within > above && within <= upTo)

/** @returns the simulation's output. */
const simulate = (...options: readonly string[]): Promise<string> =>
  new Promise(resolve => {
    execFile(process.execPath, [MAIN, ...options], (_, stdout, stderr) => resolve(stdout + stderr))
  })

/** @returns the output of a process that looks for a share of the chosen bugs, one line for each */
const look = (share: number): Promise<string> =>
  simulate('--mutants', `${share}/${SHARES}`, '--above', `${above}`, '--up-to', `${upTo}`)

describe('the simulation finds', () => {
  let printed = ''
  beforeAll(async () => {
    printed = (await Promise.all(Array.from({ length: SHARES }, (_, share) => look(share)))).join('\n')
  }, 600_000)

  it.each(chosen)('$name, within $within histories', ({ name, within }) => {
    const line = printed.split('\n').find(l => l.endsWith(`: ${name}`))
    const [, after] = /^found after (\d+)/.exec(line ?? '') ?? []
    expect(Number(after ?? Number.POSITIVE_INFINITY), line ?? printed).toBeLessThanOrEqual(within)
  })
})

it('gives the same results without the fast path', async () => {
  const printed = await simulate('--without-fast-path', '--histories', String(SAME_HISTORIES))
  expect(printed).toContain(`${SAME_HISTORIES} histories are the same without the fast path`)
}, 600_000)
