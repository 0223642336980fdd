import { setImmediate } from 'node:timers/promises'
import { createLogger, type ServiceDefinition, type StartedService, startService } from '@candlewick/service'
import { type MemoryCluster, memoryLog } from '@candlewick/streams'
import type * as z from 'zod'
import { candles } from '../../services/candles/src/service.ts'
import { featureStore } from '../../services/feature-store/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'
import { INSTANCES, type Instance, instanceNamed, nextCandles, type Pipeline, type Running } from './services.ts'
import type { Warnings } from './warnings.ts'

const RESTART_MS = 1000

/** Runs every instance in this process, on the log in memory, for machines without a broker. */
export async function startInProcess(
  cluster: MemoryCluster,
  env: Record<string, string>,
  warnings: Warnings,
): Promise<Pipeline> {
  let running: readonly InProcess[] = []
  const start = async (instance: Instance) => {
    const started = new InProcess(instance, cluster, env, warnings)
    running = [...running, started]
    await started.start()
  }
  for (const instance of INSTANCES) await start(instance)
  return {
    instances: () => running,
    add: () => start(nextCandles(running)),
    remove: async name => {
      const leaving = instanceNamed(running, name)
      await leaving.stop()
      running = running.filter(r => r !== leaving)
    },
    kill: name => instanceNamed(running, name).kill(),
    stop: async () => {
      for (const instance of running) await instance.stop()
    },
  }
}

class InProcess implements Running {
  readonly name: string
  readonly #service: Instance['service']
  readonly #cluster: MemoryCluster
  readonly #env: Record<string, string>
  readonly #warnings: Warnings
  #started: StartedService | undefined
  #isStopped = false
  #die = () => {}
  ended: Running['ended']

  constructor({ name, service }: Instance, cluster: MemoryCluster, env: Record<string, string>, warnings: Warnings) {
    this.name = name
    this.#service = service
    this.#cluster = cluster
    this.#env = env
    this.#warnings = warnings
  }

  get url(): string | undefined {
    return this.#started?.url
  }

  async start(): Promise<void> {
    if (this.#service === 'trades-ingestor') await this.#run(tradesIngestor)
    else if (this.#service === 'candles') await this.#run(candles)
    else if (this.#service === 'technical-indicators') await this.#run(technicalIndicators)
    else await this.#run(featureStore)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    if (!this.ended) await this.#started?.stop()
  }

  /** Stops all work of the instance at once. The log cannot distinguish this from a killed process. */
  kill(): void {
    this.#die()
    this.ended = { how: 'killed', failed: false }
    this.#warnings.say(this.name, 'killed, is started again')
    setTimeout(() => {
      if (!this.#isStopped) void this.start()
    }, RESTART_MS)
  }

  async #run<Shape extends z.ZodRawShape>(definition: ServiceDefinition<Shape>): Promise<void> {
    let isDead = false
    this.#die = () => {
      isDead = true
    }
    // Lets timers run between transactions, however much there is to read.
    const step = (operation: string) => (isDead ? never : operation === 'commit' ? setImmediate() : Promise.resolve())
    const log = memoryLog(this.#cluster, { step })
    const logger = createLogger(this.name, 'warn', { write: line => this.#warnings.add(this.name, line) })
    this.ended = undefined
    const started = await startService(definition, { env: this.#env, log, logger })
    started.done?.catch(error => logger.error({ error }, 'ended'))
    this.#started = started
  }
}

const never = new Promise<never>(() => {})
