// Runs a command with the workspace installed and its own Node 24 first on the PATH.
// Plain JavaScript for any Node from 18 on: this is what an older system Node gets to see.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
// pnpm's version is pinned here and not in package.json's `packageManager`: pnpm 12 then wants itself in the lockfile.
const pnpm = 'pnpm@12.21.0'
const stamp = join(root, 'node_modules', '.candlewick-installed')

function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  process.stderr.write(`Installing the workspace with ${pnpm} …\n`)
  const done = spawnSync('npx', ['--yes', pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (done.status !== 0) {
    process.stderr.write('The workspace could not be installed; is the package registry reachable?\n')
    process.exit(done.status ?? 1)
  }
  writeFileSync(stamp, lock)
}

install()
const [command, ...args] = process.argv.slice(2)
// Node keeps the compiled form of the TypeScript files there: a service then takes half as much CPU time to start.
const compiled = join(root, 'node_modules', '.cache', 'candlewick', 'compiled')
const child = spawn(command, args, {
  cwd: root,
  stdio: 'inherit',
  env: {
    NODE_COMPILE_CACHE: compiled,
    ...process.env,
    PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH,
  },
})
// A terminal signals the whole process group itself; these are for a signal sent to this process alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
