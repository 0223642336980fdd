import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const git = async (...args: string[]) => (await run('git', args, { cwd: ROOT })).stdout.trim()

export interface Commit {
  readonly revision: string
  /** Unix seconds. */
  readonly time: number
  readonly version: string
}

/** @returns the commit that is checked out. @throws Error if there are uncommitted changes */
export async function cleanCommit(): Promise<Commit> {
  const changed = await git('status', '--porcelain')
  if (changed) throw new Error(`The image is built from a commit. Commit or remove these changes first:\n${changed}`)
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  return { revision: await git('rev-parse', 'HEAD'), time: Number(await git('log', '-1', '--format=%ct')), version }
}

/** @returns the arguments of `docker`. With BuildKit the files in the layers also have the time of the commit. */
export function buildArgs({ revision, time, version }: Commit, tags: readonly string[], buildKit: boolean): string[] {
  const labels = {
    version,
    revision,
    created: new Date(time * 1000).toISOString(),
    title: 'candlewick',
    licenses: 'MIT',
  }
  const named = Object.entries(labels).flatMap(([name, value]) => [
    '--label',
    `org.opencontainers.image.${name}=${value}`,
  ])
  const tagged = tags.flatMap(tag => ['--tag', tag])
  const exact = [
    ...['--build-arg', `SOURCE_DATE_EPOCH=${time}`],
    // Attestations contain the time of the build.
    ...['--provenance=false', '--sbom=false'],
    ...['--output', 'type=docker,rewrite-timestamp=true'],
  ]
  return [...(buildKit ? ['buildx', 'build', ...exact] : ['build']), ...named, ...tagged]
}

/**
 * Builds the image from the commit's files alone.
 * @param environment of the `docker` command; `DOCKER_BUILDKIT=0` turns BuildKit off
 * @param more further arguments of `docker build`
 */
export async function build(
  commit: Commit,
  tags: readonly string[],
  environment: NodeJS.ProcessEnv,
  more: readonly string[] = [],
): Promise<void> {
  const buildKit = environment.DOCKER_BUILDKIT !== '0' && (await works('docker', ['buildx', 'version']))
  if (!buildKit)
    console.error('Docker has no BuildKit here: two builds have the same files, but different times in the layers')
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-image-'))
  try {
    await run('sh', ['-c', 'git archive "$1" | tar -x -C "$2"', 'sh', commit.revision, folder], { cwd: ROOT })
    const env = { ...environment, SOURCE_DATE_EPOCH: String(commit.time) }
    const docker = spawn('docker', [...buildArgs(commit, tags, buildKit), ...more, folder], { stdio: 'inherit', env })
    const [code] = await once(docker, 'exit')
    if (code !== 0) throw new Error(`docker build failed with exit code ${code}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const works = (command: string, args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  )
