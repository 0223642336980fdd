import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatedExchange } from '@candlewick/exchanges'
import type { Log } from '@candlewick/streams'
import type { Broker } from '../../tools/broker/index.ts'
import type { Random } from '../simulation/random.ts'
import type { Fleet, Instance } from './fleet.ts'
import type { Fault } from './plan.ts'
import { inflictPlatform } from './platform.ts'
import type { Problems } from './problems.ts'
import { END_TXN, type FaultyProxy } from './proxy.ts'

/** The parts of the system that faults act on. */
export interface World {
  readonly broker: Broker
  /** Undefined when the broker was not started by the soak. */
  readonly proxy: FaultyProxy | undefined
  readonly exchange: SimulatedExchange
  /** Between the exchange and the ingestor. */
  readonly exchangeProxy: FaultyProxy
  readonly fleet: Fleet
  /** Connects to the broker directly, not through the proxy. */
  readonly log: Log
  readonly random: Random
  readonly problems: Problems
  /** Resolves when the restarts of the broker so far have ended; they run one after the other. */
  restarting: Promise<void>
  /** @returns the topic's name with the prefix */
  topic(name: 'trades' | 'candles'): string
}

/** How long to wait for a commit before the kill: an instance without a partition never commits. */
const COMMIT_MS = 3000

/** Whether the fault needs a broker that the soak started behind its proxy. */
export const needsProxy = ({ kind }: Fault): boolean =>
  ['broker restart', 'stall', 'cut', 'dns gone', 'slow broker'].includes(kind)

/** Injects the fault, and resolves when the soak has undone it. Does nothing when no suitable instance is left. */
export async function inflict(fault: Fault, world: World): Promise<void> {
  const { fleet, proxy, random, exchange, exchangeProxy, log } = world
  const half = () => random.chance(0.5)
  switch (fault.kind) {
    case 'join':
      fleet.start(fault.service)
      return
    case 'leave':
    case 'kill':
    case 'kill at commit':
    case 'freeze':
    case 'freeze ingestor':
    case 'restart ingestor': {
      const running = fleet.of('service' in fault ? fault.service : 'trades-ingestor')
      if (running.length > 0) await befall(random.pick(running), fault, world)
      return
    }
    case 'add partitions':
      return untilDone(() => log.topics.grow(world.topic(fault.topic), fault.partitions))
    case 'broker restart':
      world.restarting = world.restarting.then(() => restart(world, fault.ms))
      return world.restarting
    case 'stall':
      proxy?.stall(fault.part ? half : undefined)
      await sleep(fault.ms)
      return proxy?.resume()
    case 'cut':
      return proxy?.cut(fault.part ? half : undefined)
    case 'cut exchange':
      return exchange.cut()
    case 'stall exchange':
      exchangeProxy.stall()
      await sleep(fault.ms)
      return exchangeProxy.resume()
    default:
      return inflictPlatform(fault, world)
  }
}

async function restart({ broker }: World, ms: number): Promise<void> {
  await broker.kill()
  await sleep(ms)
  await broker.restart()
}

async function befall(instance: Instance, fault: Fault, world: World): Promise<void> {
  switch (fault.kind) {
    case 'leave':
      return stop(instance, world)
    case 'kill':
      return replace(instance, world)
    case 'kill at commit':
      await commitOf(instance, fault.reaches, world)
      // Another fault may have ended the instance meanwhile and replaced it.
      if (!instance.ending) replace(instance, world)
      return
    case 'freeze':
    case 'freeze ingestor':
      instance.freeze()
      await sleep(fault.ms)
      return instance.thaw()
    case 'restart ingestor':
      await stop(instance, world)
      world.fleet.start('trades-ingestor')
  }
}

async function stop(instance: Instance, { problems }: World): Promise<void> {
  if (!(await instance.stop())) problems.add('stops', `${instance.name} did not end on SIGTERM and had to be killed`)
}

function replace(instance: Instance, { fleet }: World): void {
  instance.kill()
  fleet.start(instance.service)
}

/** Resolves at the moment at which the instance requests a commit, which reaches the broker or not. */
async function commitOf({ name }: Instance, reaches: boolean, { proxy }: World): Promise<void> {
  if (!proxy) return
  await Promise.race([
    sleep(COMMIT_MS),
    new Promise<void>(resolve => {
      proxy.onRequest = ({ clientId, apiKey }) => {
        if (clientId !== name || apiKey !== END_TXN) return true
        resolve()
        return reaches
      }
    }),
  ])
  proxy.onRequest = undefined
}

/** Another fault may have stopped the broker. */
async function untilDone(attempt: () => Promise<unknown>): Promise<void> {
  for (;;)
    try {
      return void (await attempt())
    } catch {
      await sleep(200)
    }
}
