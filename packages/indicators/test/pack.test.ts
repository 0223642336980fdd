import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'
import { INDICATORS } from '../src/catalogue.ts'
import { run } from './run.ts'
import { series } from './series.ts'

const workspace = join(import.meta.dirname, '../../..')

/** A copy of the package, because packing changes package.json for a moment. */
function packed(): string {
  const root = temporaryFolder()
  const folder = join(root, 'packages/indicators')
  mkdirSync(folder, { recursive: true })
  cpSync(join(workspace, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'))
  for (const part of ['src', 'build', 'package.json', 'README.md'])
    cpSync(join(workspace, 'packages/indicators', part), join(folder, part), { recursive: true })
  const path = `${join(workspace, 'node_modules/.bin')}${delimiter}${process.env.PATH}`
  const env = { ...process.env, PATH: path }
  const before = readFileSync(join(folder, 'package.json'), 'utf8')
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', root], { cwd: folder, env }).toString()
  expect(readFileSync(join(folder, 'package.json'), 'utf8')).toBe(before)
  return join(root, name.trim().split('\n').at(-1)!)
}

test('npm pack makes a library that plain JavaScript can import, with types and without dependencies', () => {
  const tarball = packed()
  const project = temporaryFolder()
  const home = join(project, 'node_modules/@candlewick/indicators')
  mkdirSync(home, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', home, '--strip-components=1'])
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  expect(manifest).not.toHaveProperty('dependencies')
  expect(manifest).not.toHaveProperty('private')
  const bars = series('walk', 40)
  writeFileSync(join(project, 'bars.json'), JSON.stringify(bars))
  writeFileSync(join(project, 'user.mjs'), USER)
  const values = JSON.parse(
    execFileSync(process.execPath, ['--no-experimental-strip-types', 'user.mjs'], { cwd: project }).toString(),
  )
  expect(values).toEqual(run(INDICATORS.rsi!.make(14), bars)[0])
  const isTyped = (line: string) => {
    writeFileSync(join(project, 'user.mts'), `import { type Bar, INDICATORS } from '@candlewick/indicators'\n${line}`)
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--types', '']
    return spawnSync(join(workspace, 'node_modules/.bin/tsc'), [...options, 'user.mts'], { cwd: project }).status === 0
  }
  expect(
    isTyped(
      'export const values = (bar: Bar) => INDICATORS.rsi?.make(14).update({}, bar) satisfies readonly number[] | undefined',
    ),
  ).toBe(true)
  expect(isTyped('export const values = (bar: Bar) => INDICATORS.rsi?.make("14")')).toBe(false)
})

const USER = `
import { readFileSync } from 'node:fs'
import { define, parseIndicators } from '@candlewick/indicators'
import { CONTRACT, Subject, series } from '@candlewick/indicators/contract'
const own = define({ name: 'own', make: () => ({ outputs: [''], warmup: 0, initial: () => ({}), update: (_, { close }) => [close] }) })
const subject = new Subject({ make: () => own.make(), bars: series('walk', 300) })
for (const { name, broken } of CONTRACT) if (broken(subject) !== undefined) throw new Error(name)
const set = parseIndicators('rsi:14')
const state = set.initial()
console.log(JSON.stringify(JSON.parse(readFileSync('bars.json')).map(bar => set.update(state, bar).rsi_14)))
`
