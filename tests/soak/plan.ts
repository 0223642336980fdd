import type { Random } from '../simulation/random.ts'
import { PLATFORM_FAULTS, type PlatformFault } from './platform.ts'
import { INSTANCES_MAX, SESSION_MS } from './settings.ts'

/** The services whose instances share the work. */
export type Scaled = 'candles' | 'technical-indicators'

export type Fault =
  | { readonly kind: 'join' | 'leave' | 'kill'; readonly service: Scaled }
  /** kill -9 in the middle of a transaction; `reaches`: whether its commit request still reaches the broker. */
  | { readonly kind: 'kill at commit'; readonly service: Scaled | 'trades-ingestor'; readonly reaches: boolean }
  /** SIGSTOP for longer than a session, then SIGCONT, which makes a zombie. */
  | { readonly kind: 'freeze'; readonly service: Scaled; readonly ms: number }
  | { readonly kind: 'freeze ingestor'; readonly ms: number }
  | { readonly kind: 'restart ingestor' }
  | { readonly kind: 'add partitions'; readonly topic: 'trades' | 'candles'; readonly partitions: number }
  | { readonly kind: 'broker restart'; readonly ms: number }
  /** Affects all connections to the broker, or about half of them. */
  | { readonly kind: 'stall'; readonly part: boolean; readonly ms: number }
  | { readonly kind: 'cut'; readonly part: boolean }
  | { readonly kind: 'cut exchange' }
  | { readonly kind: 'stall exchange'; readonly ms: number }
  | PlatformFault

export interface Step {
  readonly fault: Fault
  /** Whether the next step waits until the pipeline has caught up. */
  readonly calm: boolean
}

const GROWTH = [2, 3, 5, 8]
/** Platform faults that need no cluster of their own. */
const ANYWHERE = ['out of memory', 'clock jump', 'dns gone', 'slow broker'] as const

/** An endless sequence of faults, with 1 to 4 instances, that depends only on the seed. */
export class Plan {
  readonly #random: Random
  readonly #sizes: Record<Scaled, number> = { candles: 1, 'technical-indicators': 1 }
  readonly #up: Record<Scaled, boolean> = { candles: true, 'technical-indicators': true }
  readonly #grown = { trades: 0, candles: 0 }

  constructor(random: Random) {
    this.#random = random
  }

  /** One fault of each kind, within about a minute. */
  short(): Step[] {
    const r = this.#random
    const coin = () => r.chance(0.5)
    const middle: (() => Step[])[] = [
      () => [hasty(this.#grow('trades')), hasty(this.#grow('candles')), calm(this.#freeze('candles'))],
      () => [calm({ kind: 'broker restart', ms: r.int(0, 1000) })],
      () => [hasty({ kind: 'cut', part: false }), calm({ kind: 'stall', part: coin(), ms: 2500 })],
      () => [
        hasty({ kind: 'kill at commit', service: 'technical-indicators', reaches: coin() }),
        calm({ kind: 'kill at commit', service: 'trades-ingestor', reaches: coin() }),
      ],
    ]
    return [
      calm(this.#join('candles')),
      hasty(this.#grow('trades')),
      calm(this.#join('candles')),
      calm({ kind: 'kill', service: 'candles' }),
      ...this.#shuffled(middle).flatMap(make => make()),
      calm(this.#leave('candles')),
    ]
  }

  /** Faults of every kind, some more than once, within about two minutes. */
  round(): Step[] {
    const r = this.#random
    const coin = () => r.chance(0.5)
    const anyOf = (): Scaled => (r.chance(0.7) ? 'candles' : 'technical-indicators')
    const faults: (() => Fault)[] = [
      () => ({ kind: 'kill', service: 'candles' }),
      () => ({ kind: 'kill', service: 'technical-indicators' }),
      () => ({ kind: 'kill at commit', service: anyOf(), reaches: coin() }),
      () => ({ kind: 'kill at commit', service: 'trades-ingestor', reaches: coin() }),
      () => ({ kind: 'kill at commit', service: 'trades-ingestor', reaches: coin() }),
      () => this.#freeze(anyOf()),
      () => ({ kind: 'freeze ingestor', ms: r.int(1000, 8000) }),
      () => ({ kind: 'restart ingestor' }),
      () => ({ kind: 'broker restart', ms: r.int(0, 5000) }),
      () => ({ kind: 'stall', part: false, ms: r.int(500, 9000) }),
      () => ({ kind: 'stall', part: true, ms: r.int(500, 12_000) }),
      () => ({ kind: 'cut', part: coin() }),
      () => ({ kind: 'cut exchange' }),
      () => ({ kind: 'stall exchange', ms: r.int(500, 7000) }),
      ...ANYWHERE.map(kind => () => PLATFORM_FAULTS[kind](r)),
      ...(['trades', 'trades', 'candles', 'candles'] as const).flatMap(topic =>
        this.#grown[topic] < GROWTH.length ? [() => this.#grow(topic)] : [],
      ),
      () => this.#resize('candles'),
      () => this.#resize('candles'),
      () => this.#resize('candles'),
      () => this.#resize('technical-indicators'),
    ]
    return this.#shuffled(faults).map(make => ({ fault: make(), calm: r.chance(0.7) }))
  }

  /** Starts instances with several partitions each, then repeats these platform faults in turn. */
  *platform(kinds: readonly PlatformFault['kind'][]): Generator<Step> {
    yield hasty(this.#grow('trades'))
    yield hasty(this.#grow('candles'))
    yield calm(this.#join('candles'))
    for (;;) for (const kind of kinds) yield calm(PLATFORM_FAULTS[kind](this.#random))
  }

  #shuffled<T>(items: readonly T[]): T[] {
    return items
      .map(item => ({ item, at: this.#random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item)
  }

  /** Changes the number of instances from 1 to the maximum, down to 2 and up again. */
  #resize(service: Scaled): Fault {
    const most = service === 'candles' ? INSTANCES_MAX : 2
    const least = service === 'candles' ? 2 : 1
    if (this.#sizes[service] >= most) this.#up[service] = false
    else if (this.#sizes[service] <= least) this.#up[service] = true
    return this.#up[service] ? this.#join(service) : this.#leave(service)
  }

  #join(service: Scaled): Fault {
    this.#sizes[service]++
    return { kind: 'join', service }
  }

  #leave(service: Scaled): Fault {
    this.#sizes[service]--
    return { kind: 'leave', service }
  }

  #freeze(service: Scaled): Fault {
    return { kind: 'freeze', service, ms: SESSION_MS + this.#random.int(1000, 4000) }
  }

  #grow(topic: 'trades' | 'candles'): Fault {
    const partitions = GROWTH[Math.min(this.#grown[topic]++, GROWTH.length - 1)]!
    return { kind: 'add partitions', topic, partitions }
  }
}

const calm = (fault: Fault): Step => ({ fault, calm: true })
const hasty = (fault: Fault): Step => ({ fault, calm: false })

/** @returns a description of the step */
export function describe({ fault, calm }: Step): string {
  const { kind, ...details } = fault
  const words = Object.entries(details).map(([name, value]) => (typeof value === 'string' ? value : `${name} ${value}`))
  return [kind, ...words].join(' ') + (calm ? '' : ', and at once')
}

/** @returns the name under which the figures of the fault are grouped */
export const kindOf = ({ fault }: Step): string =>
  'service' in fault ? `${fault.kind} (${fault.service})` : fault.kind
