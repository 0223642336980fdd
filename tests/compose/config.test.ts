import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

interface Service {
  readonly image: string
  readonly build?: unknown
  readonly pull_policy?: string
  readonly attach?: boolean
  readonly environment?: Readonly<Record<string, string>>
  readonly configs?: readonly { readonly source: string; readonly target: string }[]
  readonly volumes?: readonly unknown[]
  readonly ulimits?: Readonly<Record<string, number>>
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>
  readonly configs: Readonly<Record<string, { readonly content?: string }>>
}

const source = read('docker-compose.yml')
const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0
if (!hasCompose)
  console.warn('docker-compose.yml is checked as YAML only: there is no `docker compose` here to render it')

const PROFILES = [
  [],
  ['simulated'],
  ['observability'],
  ['postgres'],
  ['redis'],
  ['simulated', 'observability', 'postgres', 'redis'],
] as const

function rendered(profiles: readonly string[]): ComposeFile {
  const args = ['compose', '--file', 'docker-compose.yml', ...profiles.flatMap(name => ['--profile', name])]
  const json = execFileSync('docker', [...args, 'config', '--format', 'json'], { cwd: ROOT, encoding: 'utf8' })
  return JSON.parse(json) as ComposeFile
}

const forms: [string, () => ComposeFile][] = [
  ['as YAML', () => parse(source, { merge: true }) as ComposeFile],
  ...PROFILES.map((profiles): [string, () => ComposeFile] => [
    `rendered by docker compose, profiles: ${profiles.join(', ') || 'none'}`,
    () => rendered(profiles),
  ]),
]

describe.each(forms)('docker-compose.yml %s', (form, open) => {
  const test = it.skipIf(form !== 'as YAML' && !hasCompose)

  test('builds our image in one service, which every `up` runs, and pulls it in none', () => {
    const services = Object.entries(open().services)
    const ours = services.filter(([, { image }]) => image === 'candlewick')
    expect(ours.length).toBeGreaterThan(4)
    for (const [name, { build, pull_policy }] of ours)
      if (name === 'create-topics')
        expect({ build, pull_policy }).toEqual({ build: expect.anything(), pull_policy: 'build' })
      else expect({ name, build, pull_policy }).toEqual({ name, build: undefined, pull_policy: 'never' })
  })

  test('passes Redpanda its settings without a file that it might not be allowed to read', () => {
    const { services, configs } = open()
    const { configs: mounted = [], volumes = [] } = services.redpanda!
    expect(mounted).toEqual([{ source: 'redpanda-bootstrap', target: '/etc/redpanda/.bootstrap.yaml' }])
    expect(volumes).toHaveLength(1)
    const settings = read('deploy/kubernetes/overlays/redpanda/bootstrap.yaml')
    expect(configs['redpanda-bootstrap']!.content).toBe(settings)
    expect(parse(settings)).toMatchObject({
      auto_create_topics_enabled: false,
      write_caching_default: 'disabled',
      enable_metrics_reporter: false,
    })
  })

  test("mounts users' features read-only into the services that read them, and sets FEATURES only if there are any", () => {
    const { services } = open()
    for (const name of ['technical-indicators', 'dashboard']) {
      const { environment, volumes = [] } = services[name]!
      expect(environment!.FEATURES).toBe(form === 'as YAML' ? ['$', '{FEATURES:+/features}'].join('') : '')
      expect(volumes).toContainEqual(expect.objectContaining({ type: 'bind', target: '/features', read_only: true }))
    }
    for (const name of ['candles', 'trades-ingestor', 'feature-store'])
      expect(JSON.stringify(services[name]!.volumes ?? [])).not.toContain('/features')
  })

  test('lets Redpanda open enough files for more than 200 partitions', () => {
    expect(open().services.redpanda!.ulimits).toEqual({ nofile: 65536 })
  })

  test('shows the log of our services only, and sends no telemetry', () => {
    const { services } = open()
    const silent = Object.keys(services).filter(name => services[name]!.attach === false)
    const servers = ['postgres', 'valkey'].filter(name => name in services)
    expect(silent.sort()).toEqual(['console', ...servers, 'redpanda'].sort())
    expect(services.console!.environment).toMatchObject({ ANALYTICS_ENABLED: 'false' })
  })

  test('starts Grafana without a request to grafana.com', () => {
    const { grafana } = open().services
    if (form === 'as YAML' || form.includes('observability'))
      expect(grafana!.environment).toMatchObject({
        GF_PLUGINS_PREINSTALL_DISABLED: 'true',
        GF_PLUGINS_PREINSTALL_AUTO_UPDATE: 'false',
      })
    else expect(grafana).toBeUndefined()
  })
})

it('lets every port of this host be changed by a variable that README and .env.example name', () => {
  const defaults = parseEnv(read('.env.example'))
  const published = [...source.matchAll(/127\.0\.0\.1:(?!\$)|127\.0\.0\.1:\$\{(\w+):-(\d+)\}/g)]
  expect(published).toHaveLength(7)
  const [, section = ''] = read('README.md').split('## With Docker\n')
  for (const [, variable = '', port = ''] of published) {
    expect(defaults[variable]).toBe(port)
    expect(section.split('\n## ')[0]).toContain(`\`${variable}\` (${port})`)
  }
})

it('checks shell scripts out with LF line ends, on Windows too', () => {
  const scripts = execFileSync('git', ['ls-files', '*.sh'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n')
  expect(scripts).toContain('deploy/compose/trades-ingestor.sh')
  const attributes = execFileSync('git', ['check-attr', 'eol', '--', ...scripts], { cwd: ROOT, encoding: 'utf8' })
  for (const line of attributes.trim().split('\n')) expect(line).toMatch(/: eol: lf$/)
})
