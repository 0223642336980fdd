import { type Faults, type Log, type MemoryCluster, memoryLog } from '@candlewick/streams'
import type { Random } from './random.ts'
import type { Owner, Scheduler } from './scheduler.ts'

/** Probabilities of faults; all zero once the history is healed. */
export interface Weather {
  errors: number
  crashes: number
  /** How often a reader repeats records. */
  repeats: number
  /** The time (virtual ms) until which no broker answers. */
  awayUntil: number
  /** The usual upper bound of an operation's duration, ms. */
  latencyMs: number
}

export interface SimulatedProcess {
  readonly owner: Owner
  readonly log: Log
}

/** Operations that deliver something to the runtime. They are late, but do not fail. */
const DELIVERIES = new Set(['deliver'])
const LONGEST_STEP_MS = 2000
/** Operations that follow a sleep of random length, and need no duration of their own. */
const INSTANT = new Set(['heartbeat', 'partitions'])

/** @returns a client process. Each of its operations takes some time, may fail, may have an unknown outcome, and may be its last. */
export function simulatedProcess(
  name: string,
  cluster: MemoryCluster,
  scheduler: Scheduler,
  random: Random,
  weather: Weather,
  onCrash: (owner: Owner, operation: string) => void,
): SimulatedProcess {
  const owner: Owner = { name, alive: true, stopped: false, slowness: random.chance(0.3) ? random.int(5, 100) : 1 }
  const latency = () => {
    const most = random.chance(0.05) ? weather.latencyMs * 50 : weather.latencyMs
    return Math.min(random.next() * most * owner.slowness, LONGEST_STEP_MS)
  }
  const faults: Faults = {
    clock: scheduler.clock(owner),
    chunkRecords: () => random.int(1, 40),
    repeated: () => (random.chance(weather.repeats) ? random.int(1, 20) : 0),
    woken: wake => (owner.stopped && owner.isDeaf ? scheduler.at(scheduler.now, owner, wake) : wake()),
    step: operation =>
      new Promise((resolve, reject) => {
        const take = () => {
          if (random.chance(weather.crashes)) onCrash(owner, operation)
          else if (DELIVERIES.has(operation)) resolve()
          else if (scheduler.now < weather.awayUntil) reject(new Error(`no broker answers (${operation})`))
          else if (random.chance(weather.errors)) reject(new Error(`simulated failure (${operation})`))
          else resolve()
        }
        if (INSTANT.has(operation)) take()
        else scheduler.at(scheduler.now + latency(), owner, take)
      }),
  }
  return { owner, log: memoryLog(cluster, faults) }
}
