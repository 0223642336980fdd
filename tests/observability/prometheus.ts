import { execFile, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/candlewick/prometheus')
const LISTS = join(CACHE, 'lists')

/** Prometheus's programs: this machine's, else Debian's package, unpacked beside the others that tests fetch. */
export async function prometheusPrograms(): Promise<{ prometheus: string; promtool: string } | undefined> {
  if (isThere('promtool') && isThere('prometheus')) return { prometheus: 'prometheus', promtool: 'promtool' }
  const bin = join(CACHE, 'usr/bin')
  const unpacked = { prometheus: join(bin, 'prometheus'), promtool: join(bin, 'promtool') }
  if (existsSync(unpacked.promtool)) return unpacked
  if (!isThere('apt-get') || !isThere('dpkg')) return undefined
  try {
    await unpack()
    return unpacked
  } catch (error) {
    rmSync(CACHE, { recursive: true, force: true })
    console.warn(`Debian's package prometheus cannot be had: ${(error as Error).message}`)
    return undefined
  }
}

const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0

/** Downloads with a package list of its own, which needs no rights and leaves the machine's alone. */
async function unpack(): Promise<void> {
  mkdirSync(join(LISTS, 'partial'), { recursive: true })
  const own = ['-o', `Dir::State::Lists=${LISTS}`, '-o', `Dir::Cache=${LISTS}`, '-o', 'APT::Sandbox::User=root']
  await run('apt-get', [...own, 'update'], { cwd: CACHE })
  await run('apt-get', [...own, 'download', 'prometheus'], { cwd: CACHE })
  const [file] = globSync('prometheus_*.deb', { cwd: CACHE })
  await run('dpkg', ['-x', file!, CACHE], { cwd: CACHE })
  rmSync(LISTS, { recursive: true })
}
