import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `npm pack` and `npm publish`: compiles to JavaScript and has package.json point at the result while the package is packed,
 * because Node runs no TypeScript in node_modules. Within the workspace the sources run as they are.
 */
const folder = join(dirname(fileURLToPath(import.meta.url)), '..')
const manifest = join(folder, 'package.json')
const text = readFileSync(manifest, 'utf8')

rmSync(join(folder, 'dist'), { recursive: true, force: true })
execFileSync('tsc', ['-p', join(folder, 'build')], { stdio: 'inherit', shell: process.platform === 'win32' })
writeFileSync(`${manifest}.workspace`, text)
const { private: _, scripts: __, exports: ___, ...packed } = JSON.parse(text)
const compiled = path => ({ types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` })
const exports = { '.': compiled('index'), './contract': compiled('contract/index') }
writeFileSync(manifest, `${JSON.stringify({ ...packed, exports, engines: { node: '>=20' } }, null, 2)}\n`)
