import { execFile, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/candlewick/prometheus')

/** Prometheus's programs: this machine's, otherwise Debian's package, unpacked in the cache of the tests. */
export async function prometheusPrograms(): Promise<{ prometheus: string; promtool: string } | undefined> {
  if (isThere('promtool') && isThere('prometheus')) return { prometheus: 'prometheus', promtool: 'promtool' }
  const bin = join(CACHE, 'usr/bin')
  const unpacked = { prometheus: join(bin, 'prometheus'), promtool: join(bin, 'promtool') }
  if (existsSync(unpacked.promtool)) return unpacked
  if (!isThere('apt-get') || !isThere('dpkg')) return undefined
  // Several test files may unpack the package at once.
  const own = `${CACHE}-${process.pid}`
  try {
    await unpackInto(own)
    if (!existsSync(CACHE)) renameSync(own, CACHE)
    return unpacked
  } catch (error) {
    console.warn(`Debian's package prometheus cannot be fetched: ${(error as Error).message}`)
    return existsSync(unpacked.promtool) ? unpacked : undefined
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}

const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0

/** Downloads the package with a package list of its own, which needs no rights and does not change the machine's list. */
async function unpackInto(folder: string): Promise<void> {
  const lists = join(folder, 'lists')
  mkdirSync(join(lists, 'partial'), { recursive: true })
  const own = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${lists}`, '-o', 'APT::Sandbox::User=root']
  await run('apt-get', [...own, 'update'], { cwd: folder })
  await run('apt-get', [...own, 'download', 'prometheus'], { cwd: folder })
  const [file] = globSync('prometheus_*.deb', { cwd: folder })
  await run('dpkg', ['-x', file!, folder], { cwd: folder })
  for (const used of [lists, join(folder, file!)]) rmSync(used, { recursive: true })
}
