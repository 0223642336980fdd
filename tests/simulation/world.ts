import { MemoryCluster, type Place, type Processor, type Session, type StreamEvent } from '@candlewick/streams'
import { type SimulatedProcess, simulatedProcess, type Weather } from './process.ts'
import type { Random } from './random.ts'
import { type Owner, Scheduler } from './scheduler.ts'
import { DEAD_LETTERS, makeStream, ownTopics, type Stage } from './stage.ts'
import { write } from './verify.ts'
import { CURSORS, runWriter, TRADES, type WriterOptions } from './writer.ts'

/** Short sessions make short histories: a frozen instance is a zombie after a second. */
const SESSION: Session = { timeoutMs: 1000, heartbeatMs: 250 }

interface Instance extends SimulatedProcess {
  readonly stage: Stage
  readonly version: number
  readonly stop: () => Promise<void>
  /** @returns whether each task of the instance runs and awaits no state. */
  readonly isAtRest: () => boolean
  /** @returns the partitions that the instance has tasks for. */
  readonly partitions: () => readonly number[]
}

export interface WorldOptions {
  readonly random: Random
  readonly stages: readonly Stage[]
  readonly partitions: Readonly<Record<string, number>>
  readonly place: Place
  readonly writer: Omit<WriterOptions, 'log' | 'clock' | 'random' | 'rubbish' | 'isCurrent' | 'finished'>
}

/** One exchange's writer and the instances of each stage, on one in-memory cluster in simulated time. */
export class World {
  readonly #o: WorldOptions
  readonly #random: Random
  readonly #director: Owner = { name: 'director', alive: true, stopped: false, slowness: 1 }
  readonly scheduler: Scheduler
  readonly cluster: MemoryCluster
  readonly weather: Weather = { errors: 0, crashes: 0, repeats: 0, awayUntil: 0, latencyMs: 3 }
  readonly #story: [number, string | StreamEvent, Owner | undefined][] = []
  readonly counts = new Map<string, number>()
  #instances: Instance[] = []
  #writer: SimulatedProcess | undefined
  #names = 0
  rubbish = false
  /** Whether the world is healed, so that only the newest version is started. */
  peace = false
  /** Whether the writer has written everything. */
  written = false
  /** Called with the error that ends an instance. */
  onEnded: (error: unknown) => void = () => {}

  constructor(options: WorldOptions) {
    this.#o = options
    this.#random = options.random
    this.scheduler = new Scheduler(options.random)
    this.cluster = new MemoryCluster(this.scheduler.clock(this.#director), SESSION)
    for (const stage of options.stages) {
      const { changelog, handovers } = ownTopics(stage)
      const count = options.partitions[stage.input] ?? 1
      for (const topic of [stage.input, changelog, handovers]) this.cluster.grow(topic, count)
      this.cluster.grow(stage.output, options.partitions[stage.output] ?? 1)
      if (stage.live) this.cluster.grow(stage.live, 1)
    }
    this.cluster.grow(DEAD_LETTERS, 1)
    this.cluster.grow(CURSORS, 1)
  }

  get stages(): readonly Stage[] {
    return this.#o.stages
  }

  get instances(): readonly Instance[] {
    return this.#instances
  }

  instancesOf(stage: Stage): readonly Instance[] {
    return this.#instances.filter(i => i.stage === stage)
  }

  /** @returns a line for each event that has happened. */
  get story(): string[] {
    return this.#story.map(([at, what, owner]) => {
      const line = typeof what === 'string' ? what : `${owner?.name} ${describe(what)}`
      return `${(at / 1000).toFixed(3).padStart(8)}s  ${line}`
    })
  }

  tell(what: string | StreamEvent, owner?: Owner): void {
    this.#story.push([this.scheduler.now, what, owner])
  }

  /** Runs a function later, even if processes have died by then. */
  later(inMs: number, run: () => void): void {
    this.scheduler.at(this.scheduler.now + inMs, this.#director, run)
  }

  startWriter(): void {
    const process = this.#process('writer')
    this.#writer = process
    const { log, owner } = process
    const clock = this.scheduler.clock(owner)
    const rubbish = () => this.rubbish && this.#random.chance(0.08)
    const isCurrent = () => this.#writer === process
    const finished = () => {
      this.written = true
    }
    void runWriter({ ...this.#o.writer, log, clock, random: this.#random, rubbish, isCurrent, finished })
    this.tell(`${owner.name} starts`)
  }

  startInstance(stage: Stage): void {
    const process = this.#process(stage.name)
    const { owner, log } = process
    const clock = this.scheduler.clock(owner)
    const processor = this.#random.pick(this.peace ? newestOf(stage) : stage.processors)
    const stream = makeStream(stage, processor, log, clock, this.#o.place, event => this.#observe(owner, event))
    const isAtRest = () => stream.status().every(task => task.ready && task.awaiting === 0)
    const partitions = () => stream.status().map(({ partition }) => partition)
    const version = processor.stateVersion
    this.#instances.push({ ...process, stage, version, stop: () => stream.stop(), isAtRest, partitions })
    this.tell(`${owner.name} starts`)
    stream.start().catch(error => {
      this.tell(`${owner.name} cannot start: ${error}`)
      this.kill(owner)
    })
    // Like a service, it leaves its group; its supervisor starts another one.
    stream.done.catch(async error => {
      this.tell(`${owner.name} ends: ${error}`)
      this.onEnded(error)
      await stream.stop()
      this.kill(owner)
    })
  }

  async stopInstance(instance: Instance): Promise<void> {
    this.tell(`${instance.owner.name} is asked to stop`)
    this.#instances = this.#instances.filter(i => i !== instance)
    await instance.stop()
    this.tell(`${instance.owner.name} has stopped`)
    instance.owner.alive = false
  }

  /** kill -9: pending awaits of the process never resume. Another process is started soon. */
  kill(owner: Owner): void {
    if (!owner.alive) return
    this.tell(`${owner.name} is killed`)
    const instance = this.#instances.find(i => i.owner === owner)
    owner.alive = false
    this.#instances = this.#instances.filter(i => i !== instance)
    if (!instance && owner !== this.#writer?.owner) return
    this.later(this.#random.int(50, 1500), () => {
      if (instance) this.startInstance(instance.stage)
      else this.startWriter()
    })
  }

  killWriter(): void {
    if (this.#writer) this.kill(this.#writer.owner)
  }

  /** SIGSTOP, and SIGCONT when other instances may have taken over its work. */
  freeze(owner: Owner, forMs: number): void {
    this.tell(`${owner.name} is frozen for ${forMs} ms`)
    owner.stopped = true
    this.later(forMs, () => {
      this.tell(`${owner.name} goes on`)
      this.scheduler.continue(owner)
    })
  }

  /** Writes a handover of another group, which this one has to ignore. */
  writeForeignHandover(stage: Stage): void {
    const { cluster } = this
    const { handovers } = ownTopics(stage)
    const { pair } = this.#random.pick(this.#o.writer.trades)
    const [processor] = stage.processors as [Processor<unknown>]
    const { stateVersion: v, configHash: config } = processor
    const state = { v, config, route: null, state: processor.initial(pair) }
    const n = this.#random.int(1, 3)
    const epoch = stage.input === TRADES ? [n, 0] : [0, n]
    const value = JSON.stringify({ group: 'another', pair, epoch, state, lost: false })
    const headers = { control: 'handover' }
    const everywhere = cluster.partitions(handovers).keys()
    write(
      cluster,
      [...everywhere].map(partition => ({ topic: handovers, partition, key: pair, value, headers })),
    )
  }

  grow(topic: string, by: number): void {
    const count = this.cluster.partitions(topic).length + by
    this.tell(`${topic} grows to ${count} partitions`)
    this.cluster.grow(topic, count)
  }

  /** Deletes the topic and makes it again, with its number of partitions or more. */
  remake(topic: string, morePartitions: number, afterMs: number): void {
    const count = this.cluster.partitions(topic).length + morePartitions
    this.tell(`${topic} is deleted`)
    this.cluster.delete(topic)
    this.later(afterMs, () => {
      this.tell(`${topic} is made again with ${count} partitions`)
      this.cluster.grow(topic, count)
    })
  }

  #process(name: string): SimulatedProcess {
    const crash = (owner: Owner, operation: string) => {
      this.tell(`${owner.name} crashes at ${operation}`)
      this.kill(owner)
    }
    const unique = `${name}-${++this.#names}`
    return simulatedProcess(unique, this.cluster, this.scheduler, this.#random, this.weather, crash)
  }

  #observe(owner: Owner, event: StreamEvent): void {
    if (event.type === 'counted') this.counts.set(event.name, (this.counts.get(event.name) ?? 0) + event.by)
    else if (event.type !== 'committed') this.tell(event, owner)
  }
}

/** @returns the processors of the newest version. */
export function newestOf({ processors }: Stage): Stage['processors'] {
  const newest = Math.max(...processors.map(p => p.stateVersion))
  return processors.filter(p => p.stateVersion === newest)
}

const describe = ({ type, ...details }: StreamEvent): string =>
  `${type} ${JSON.stringify(details, (_, v: unknown) => (v instanceof Error ? `${v}${v.cause ? ` ← ${v.cause}` : ''}` : v))}`
