import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BrokerOptions, NotPossible } from './broker.ts'

const run = promisify(execFile)

const POM = join(import.meta.dirname, 'pom.xml')
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/candlewick')
const OLDEST_JAVA = 17

/**
 * @param profile of pom.xml: the broker, or Kafka Connect
 * @returns the folder of Apache Kafka's jars, fetched by Maven once. @throws NotPossible without Java or Maven
 */
export async function kafkaJars(
  report: BrokerOptions['report'],
  profile: 'kafka' | 'connect' = 'kafka',
): Promise<string> {
  await requireJava()
  const version = /<kafka.version>([\d.]+)</.exec(await readFile(POM, 'utf8'))?.[1]
  const jars = join(CACHE, `${profile}-${version}`)
  if (existsSync(jars)) return jars
  report?.(`Fetching Apache Kafka ${version} (${profile}) with Maven; this happens only once`)
  await mkdir(CACHE, { recursive: true })
  const fetched = await mkdtemp(join(CACHE, 'fetching-'))
  const maven = ['-q', '-B', '-f', POM, '-P', profile, 'dependency:copy-dependencies', `-DoutputDirectory=${fetched}`]
  await run('mvn', maven).catch(async (error: Error & { stdout?: string }) => {
    await rm(fetched, { recursive: true, force: true })
    const reason = error.message.includes('ENOENT') ? 'mvn is not installed' : (error.stdout ?? '').slice(0, 500)
    throw new NotPossible(`Maven and Java run Apache Kafka (Maven cannot fetch it: ${reason.trim()})`)
  })
  // Another process may have finished first.
  await rename(fetched, jars).catch(() => rm(fetched, { recursive: true, force: true }))
  return jars
}

async function requireJava(): Promise<void> {
  const { stderr } = await run('java', ['-version']).catch(() => ({ stderr: '' }))
  const version = Number(/version "(\d+)/.exec(stderr)?.[1] ?? Number.NaN)
  if (version >= OLDEST_JAVA) return
  const found = Number.isNaN(version) ? 'none found' : `found ${version}`
  throw new NotPossible(`Java ${OLDEST_JAVA} or newer runs Apache Kafka (${found})`)
}
