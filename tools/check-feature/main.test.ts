import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderOf, moduleOf } from '../../packages/own-features/test/features.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

const run = (...args: string[]): Promise<{ readonly code: unknown; readonly output: string }> =>
  new Promise(resolve =>
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, output: stdout + stderr }),
    ),
  )

it('ends with 0 and the costs for a feature that keeps the contract, in any folder', async () => {
  const { code, output } = await run(folderOf({ 'own.js': moduleOf('own') }))
  expect(output).toMatch(/own \(.*own\.js\): own; warm after 0 candles\n {2}ok/)
  expect(output).toMatch(/own +\d+\.\d\d µs a candle/)
  expect(code).toBe(0)
})

it('ends with 1 and the reason for a feature that does not', async () => {
  const { code, output } = await run(folderOf({ 'own.ts': moduleOf('own', { update: '[Math.random()]' }) }))
  expect(output).toMatch(/WRONG {2}uses neither clock nor random numbers:\n +it uses Math\.random/)
  expect(code).toBe(1)
  expect(await run('/no/such')).toMatchObject({ code: 1, output: '/no/such: there is no such file or folder\n' })
})

it('names a feature that never returns, and is killed', async () => {
  const text = moduleOf('own', { update: '(() => { while (candle.volume === 0); return [1] })()' })
  const { code, output } = await run(folderOf({ 'own.ts': text }))
  expect(output).toMatch(/^The feature own has not come back from update for 5 s at .*: an endless loop\?/)
  expect(code).toBe('SIGKILL')
})
