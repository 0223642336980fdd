import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ContainerRuntimeClient, GenericContainer, getContainerRuntimeClient, ImageName } from 'testcontainers'
import { freePorts, untilAnswers } from './answers.ts'
import { type Broker, type BrokerOptions, NotPossible } from './broker.ts'

/** The image of docker-compose.yml. */
const IMAGE = 'redpandadata/redpanda:v26.2.3'
const BOOTSTRAP = join(import.meta.dirname, '../../deploy/kubernetes/overlays/redpanda/bootstrap.yaml')
const ENGINE_MS = 5000
const PULL_MS = 30_000
const START_MS = 60_000

/**
 * Redpanda in a container. Not testcontainers' own RedpandaContainer: its dev-container mode turns on automatic
 * creation of topics and write caching, and its port changes when it is restarted.
 * @throws NotPossible without a Docker engine or the image
 */
export async function startRedpanda({ report, proxy }: BrokerOptions): Promise<Broker> {
  const client = await within(ENGINE_MS, 'no Docker engine answers', getContainerRuntimeClient())
  await requireImage(client, report)
  const [port = 0, behindProxy = 0] = await freePorts(2)
  const brokers = `${client.info.containerRuntime.host}:${port}`
  const starting = new GenericContainer(IMAGE)
    .withExposedPorts({ container: 19092, host: port }, { container: 19093, host: behindProxy })
    .withCopyFilesToContainer([{ source: BOOTSTRAP, target: '/etc/redpanda/.bootstrap.yaml', mode: 0o644 }])
    .withCommand(['redpanda', 'start', ...redpandaFlags(brokers, proxy)])
    .start()
  const started = await within(START_MS, 'the container does not start', starting)
  const container = client.container.getById(started.getId())
  const answers = () => untilAnswers(brokers, START_MS)
  report?.(`Starting Redpanda (container ${started.getName().slice(1)}) on ${brokers}`)
  await answers()
  return {
    kind: 'redpanda',
    brokers,
    behindProxy,
    stop: async () => {
      await started.stop({ timeout: 0 })
    },
    kill: async () => {
      await container.kill({ signal: 'SIGKILL' })
      await container.wait()
    },
    restart: async () => {
      await container.start()
      await answers()
    },
  }
}

/**
 * The host's port does not exist inside the container, where the broker connects to itself. Each side therefore has its own listener.
 */
const redpandaFlags = (brokers: string, proxy: number | undefined): string[] => [
  `--kafka-addr=internal://0.0.0.0:9092,external://0.0.0.0:19092${proxy ? ',proxied://0.0.0.0:19093' : ''}`,
  `--advertise-kafka-addr=internal://localhost:9092,external://${brokers}${proxy ? `,proxied://127.0.0.1:${proxy}` : ''}`,
  '--smp=1',
  '--memory=1G',
  '--reserve-memory=0M',
  '--overprovisioned',
  '--check=false',
]

async function requireImage({ image }: ContainerRuntimeClient, report: BrokerOptions['report']): Promise<void> {
  const name = ImageName.fromString(IMAGE)
  if (await image.exists(name)) return
  report?.(`Pulling ${IMAGE} with Docker; this happens only once`)
  await within(PULL_MS, `${IMAGE} cannot be pulled within ${PULL_MS / 1000} s`, image.pull(name))
}

async function within<T>(ms: number, failure: string, attempt: Promise<T>): Promise<T> {
  const waited = new AbortController()
  const late = sleep(ms, undefined, { signal: waited.signal, ref: false }).then(() => Promise.reject(new Error('late')))
  try {
    return await Promise.race([attempt, late])
  } catch (error) {
    throw new NotPossible(`Docker runs Redpanda (${failure}: ${(error as Error).message.trim()})`)
  } finally {
    late.catch(() => {})
    waited.abort()
  }
}
