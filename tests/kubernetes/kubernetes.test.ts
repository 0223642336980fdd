import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { EXCHANGE_NAMES, EXCHANGES } from '@candlewick/exchanges'
import { commonVariables } from '@candlewick/service'
import { beforeAll, describe, expect, it } from 'vitest'
import { hasPython, pythonEnvironment } from '../python-environment.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const KUBERNETES = join(ROOT, 'deploy/kubernetes')
const VALIDATE = 'kubernetes-validate==1.37.0'
const SERVICES = readdirSync(join(ROOT, 'services'))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const { version } = JSON.parse(read('package.json')) as { version: string }

interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Record<string, string>
  // biome-ignore lint/suspicious/noExplicitAny: the schemas have been checked
  readonly spec: any
}

async function render(overlay: string): Promise<Resource[]> {
  const args = [join(import.meta.dirname, 'render.py'), join(KUBERNETES, overlay), '1.37']
  const { stdout } = await run(join(bin, 'python'), args, { maxBuffer: 1 << 26 })
  return JSON.parse(stdout) as Resource[]
}

/** The broker's address by namespace, as KEDA looks it up from a namespace of its own. */
const BROKER = 'redpanda-0.redpanda.candlewick.svc:9092'

const isPossible = hasPython()
if (!isPossible) console.warn('The Kubernetes manifests are not tested here: there is no python3 with venv')
let bin = ''

beforeAll(async () => {
  if (isPossible) bin = await pythonEnvironment([VALIDATE])
}, 300_000)

describe.skipIf(!isPossible).each(['overlays/redpanda', 'overlays/external-kafka'])('%s', overlay => {
  let resources: Resource[]
  const named = (kind: string, name: string) => resources.find(r => r.kind === kind && r.metadata.name === name)
  const pods = () => resources.filter(r => r.spec?.template).map(r => r.spec.template.spec)

  beforeAll(async () => {
    resources = await render(overlay)
  }, 60_000)

  it('runs every service and the topics Job, each by a file that exists', () => {
    for (const [kind, name] of [
      ...SERVICES.map(name => ['Deployment', name] as const),
      ['Job', 'create-topics'] as const,
    ]) {
      const [container] = named(kind, name)!.spec.template.spec.containers
      expect(container.image).toBe(`candlewick:${version}`)
      expect(existsSync(join(ROOT, container.args[0]))).toBe(true)
      // If a name occurs twice the last variable wins, which is a service's own user.
      expect(container.envFrom.at(-1).secretRef.name).toBe(`candlewick-kafka-${name}`)
    }
  })

  it('does not pull our image when the node has it, for example by `kind load`', () => {
    const containers = pods().flatMap(pod => pod.containers as { image: string; imagePullPolicy?: string }[])
    const ours = containers.filter(({ image }) => image.startsWith('candlewick'))
    expect(ours).toHaveLength(SERVICES.length + 1)
    // Without a policy Kubernetes always pulls the tag `latest`, which an image without a tag also has.
    for (const { image, imagePullPolicy } of ours)
      expect(imagePullPolicy ?? (/:(?!latest$)[^/]+$/.test(image) ? 'IfNotPresent' : 'Always')).toBe('IfNotPresent')
  })

  it('allows the ingestor to reach every supported exchange', () => {
    const { egress } = named('NetworkPolicy', 'exchange')!.spec as { egress: { ports: { port: number }[] }[] }
    const open = egress.flatMap(({ ports }) => ports.map(({ port }) => port))
    for (const name of EXCHANGE_NAMES) {
      const { port, protocol } = new URL(EXCHANGES[name]({ pairs: ['BTC/USD'] }).dialect.wsUrl)
      expect(protocol).toBe('wss:')
      expect(open, name).toContain(Number(port || 443))
    }
  })

  it('gives pods only the rights that they need, and enough time to stop', () => {
    for (const { securityContext, automountServiceAccountToken, containers, ...pod } of pods()) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      expect(automountServiceAccountToken).toBe(false)
      // A service has 8 s to stop by itself.
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(10)
      for (const { name, securityContext: own, resources: size } of containers) {
        expect(own).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } })
        if (name !== 'redpanda') expect(own.readOnlyRootFilesystem).toBe(true)
        expect(size).toMatchObject({ requests: { cpu: expect.anything(), memory: expect.anything() }, limits: {} })
      }
    }
  })

  it('probes liveness and readiness of every service', () => {
    for (const name of SERVICES) {
      const [{ livenessProbe, readinessProbe, startupProbe, ports }] = named('Deployment', name)!.spec.template.spec
        .containers
      const paths = [startupProbe, readinessProbe, livenessProbe].map(probe => probe.httpGet.path)
      expect(paths).toEqual(['/healthz', '/readyz', '/healthz'])
      expect(named('ConfigMap', 'candlewick')!.data!.HTTP_PORT).toBe(String(ports[0].containerPort))
    }
  })

  it('scales candles and technical-indicators by one scaler each, and scales down slowly', () => {
    const scalers = resources.filter(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject')
    const targets = scalers.map(({ spec }) => spec.scaleTargetRef.name as string)
    expect(targets.sort()).toEqual(['candles', 'technical-indicators'])
    for (const { kind, metadata, spec } of scalers) {
      const behavior = spec.behavior ?? spec.advanced.horizontalPodAutoscalerConfig.behavior
      expect(behavior.scaleDown.stabilizationWindowSeconds).toBeGreaterThanOrEqual(300)
      expect(named('Deployment', metadata.name)!.spec).not.toHaveProperty('replicas')
      expect(named('PodDisruptionBudget', metadata.name)!.spec.maxUnavailable).toBe(1)
      if (kind === 'HorizontalPodAutoscaler') expect(spec.maxReplicas).toBe(3)
      else
        expect(spec.triggers[0].metadata).toMatchObject({
          consumerGroup: metadata.name,
          topic: metadata.name === 'candles' ? 'trades' : 'candles',
          allowIdleConsumers: 'false',
        })
    }
    expect(named('Deployment', 'trades-ingestor')!.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
  })

  it("mounts users' features, if there are any, into the services that read them", () => {
    for (const name of SERVICES) {
      const { containers, volumes } = named('Deployment', name)!.spec.template.spec
      const isMounted = ['technical-indicators', 'dashboard'].includes(name)
      const volume = { name: 'features', configMap: { name: 'candlewick-features', optional: true } }
      const mount = { name: 'features', mountPath: '/features', readOnly: true }
      expect(volumes.filter((each: { name: string }) => each.name === 'features')).toEqual(isMounted ? [volume] : [])
      const mounts = containers[0].volumeMounts.filter((each: { name: string }) => each.name === 'features')
      expect(mounts).toEqual(isMounted ? [mount] : [])
    }
  })

  it('sets only variables that exist', () => {
    const known = Object.keys(parseEnv(readFileSync(join(ROOT, '.env.example'), 'utf8')))
    const { data } = named('ConfigMap', 'candlewick')!
    for (const [name, value] of Object.entries(data!)) {
      expect(known).toContain(name)
      const variable = commonVariables[name as keyof typeof commonVariables]
      if (!value.startsWith('/')) expect(variable.safeParse(value).success).toBe(true)
    }
  })

  it.runIf(spawnSync('kubectl', ['version', '--client']).status === 0)('is what kubectl renders', async () => {
    const { stdout } = await run('kubectl', ['kustomize', join(KUBERNETES, overlay)])
    const kinds = [...stdout.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind)
    expect(kinds.sort()).toEqual(resources.map(({ kind }) => kind).sort())
    // Generated names contain a hash, which every reference must contain too.
    expect(stdout).toMatch(/configMapRef:\n +name: candlewick-\w+$/m)
    expect(stdout).not.toMatch(/configMapRef:\n +name: candlewick$/m)
  })
})

it.skipIf(!isPossible)('starts Redpanda as Docker Compose does', async () => {
  const compose = read('docker-compose.yml')
  const [{ image, args }] = (await render('overlays/redpanda')).find(({ kind }) => kind === 'StatefulSet')!.spec
    .template.spec.containers
  expect(compose).toContain(`image: ${image}\n`)
  const flags = args.filter((arg: string) => arg.startsWith('--') && !/addr|memory=/.test(arg))
  for (const flag of flags) expect(compose).toContain(`- ${flag}\n`)
})

it.skipIf(!isPossible)('gives Redpanda a name that other namespaces can resolve', async () => {
  const resources = await render('overlays/redpanda')
  const named = (kind: string, name: string) => resources.find(r => r.kind === kind && r.metadata.name === name)!
  const [{ args }] = named('StatefulSet', 'redpanda').spec.template.spec.containers
  expect(args).toContain(`--advertise-kafka-addr=${BROKER}`)
  expect(named('ConfigMap', 'candlewick').data!.KAFKA_BROKERS).toBe(BROKER)
  const [host, service, namespace] = BROKER.split('.')
  expect(named('Service', service!).spec.clusterIP).toBe('None')
  expect(named('StatefulSet', service!).spec).toMatchObject({ serviceName: service, replicas: 1 })
  expect(host).toBe(`${service}-0`)
  expect(named('Namespace', namespace!)).toBeDefined()
})
