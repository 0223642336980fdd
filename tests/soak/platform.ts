import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../simulation/random.ts'
import type { World } from './faults.ts'
import type { Service } from './fleet.ts'

/** Faults below the services: machine, network and disk. */
export type PlatformFault =
  /** The broker's disk fills up; the broker ends, and is restarted when there is room. */
  | { readonly kind: 'disk full'; readonly ms: number }
  /** An instance runs out of memory and dies, and another one is started. */
  | { readonly kind: 'out of memory'; readonly service: Service }
  /** The wall clock of an instance jumps, and stays wrong. */
  | { readonly kind: 'clock jump'; readonly service: Service; readonly minutes: number }
  /** Host names cannot be resolved, and all connections are cut. */
  | { readonly kind: 'dns gone'; readonly ms: number }
  /** Delays all traffic to and from the broker. */
  | { readonly kind: 'slow broker'; readonly each_way_ms: number; readonly ms: number }
  /** Restarts each broker of a cluster when all replicas are in sync; `kill`: by kill -9. */
  | { readonly kind: 'rolling restart'; readonly kill: boolean }

/** A little more than an hour, the tolerance that brokers and services have. */
const JUMP_MINUTES = 65
const SERVICES: readonly Service[] = ['candles', 'trades-ingestor', 'technical-indicators']

export const PLATFORM_FAULTS: Readonly<Record<PlatformFault['kind'], (random: Random) => PlatformFault>> = {
  'disk full': random => ({ kind: 'disk full', ms: random.int(3000, 10_000) }),
  'out of memory': random => ({ kind: 'out of memory', service: random.pick(SERVICES) }),
  'clock jump': random => {
    const minutes = random.pick([JUMP_MINUTES, -JUMP_MINUTES])
    return { kind: 'clock jump', service: random.pick(SERVICES), minutes }
  },
  'dns gone': random => ({ kind: 'dns gone', ms: random.int(3000, 15_000) }),
  'slow broker': random => ({ kind: 'slow broker', each_way_ms: 250, ms: random.int(15_000, 25_000) }),
  'rolling restart': random => ({ kind: 'rolling restart', kill: random.chance(0.3) }),
}

export const isPlatformFault = (kind: string): kind is PlatformFault['kind'] => kind in PLATFORM_FAULTS

/** Injects the fault, and resolves when the soak has undone it. */
export async function inflictPlatform(fault: PlatformFault, world: World): Promise<void> {
  const { fleet, proxy, broker } = world
  switch (fault.kind) {
    case 'clock jump':
      return one(fault.service, world)?.order({ kind: 'clock', ms: fault.minutes * 60_000 })
    case 'out of memory': {
      const instance = one(fault.service, world)
      // Whoever has stopped the last one starts its replacement.
      if (!instance) return
      instance.order({ kind: 'exhaust' })
      await instance.ended
      fleet.start(fault.service)
      return
    }
    case 'dns gone': {
      const all = SERVICES.flatMap(service => fleet.of(service))
      for (const instance of all) instance.order({ kind: 'dns', works: false })
      proxy?.cut()
      await sleep(fault.ms)
      for (const instance of all) instance.order({ kind: 'dns', works: true })
      return
    }
    case 'slow broker':
      if (!proxy) return
      proxy.delayMs = fault.each_way_ms
      await sleep(fault.ms)
      proxy.delayMs = 0
      return
    case 'disk full':
      await broker.disk?.fill()
      await sleep(fault.ms)
      await broker.disk?.free()
      await broker.kill()
      return broker.restart()
    case 'rolling restart':
      for (const node of broker.nodes ?? []) {
        await (fault.kill ? node.kill() : node.stop())
        await node.restart()
        await broker.untilReplicated?.()
      }
  }
}

function one(service: Service, { fleet, random }: World) {
  const running = fleet.of(service)
  return running.length > 0 ? random.pick(running) : undefined
}
