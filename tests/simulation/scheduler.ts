import type { Clock } from '@candlewick/streams'
import type { Random } from './random.ts'

/** Whoever's awaits are scheduled: a process that can be stopped, woken and killed. */
export interface Owner {
  readonly name: string
  alive: boolean
  /** A stopped process (SIGSTOP) gets nothing until it is continued. */
  stopped: boolean
  /** How much longer than the others it takes for each step. */
  slowness: number
}

interface Event {
  readonly at: number
  readonly order: number
  readonly owner: Owner
  readonly run: () => void
}

/** 2027-01-15T08:00:00Z, the start of a minute, an hour and, in the simulation, of the exchange. */
export const EPOCH_MS = 1_800_000_000_000

/**
 * The exchange's time runs faster than the machines' by this, so that windows close more often and a history is short:
 * no window depends on how long anything takes.
 */
export const PACE = 4

/** @returns the exchange's time (Unix ms) at a time of the scheduler's. */
export const wallOf = (now: number): number => Math.floor(EPOCH_MS + now * PACE)

const MICROTASKS = 10

/** Owns time and every await of a history: whatever happens, happens as one event after the other. */
export class Scheduler {
  readonly #random: Random
  readonly #heap: Event[] = []
  #held: Event[] = []
  #now = 0
  #order = 0

  constructor(random: Random) {
    this.#random = random
  }

  get now(): number {
    return this.#now
  }

  /** A process's clock. */
  clock(owner: Owner): Clock {
    return {
      now: () => this.#now,
      wall: () => wallOf(this.#now),
      sleep: ms => new Promise(resolve => this.at(this.#now + ms, owner, resolve)),
    }
  }

  /** Puts a callback at a time; events of the same time happen in random order. */
  at(at: number, owner: Owner, run: () => void): void {
    this.#push({ at, order: this.#random.next() + this.#order++ * 1e-9, owner, run })
  }

  continue(owner: Owner): void {
    owner.stopped = false
    const held = this.#held.filter(e => e.owner === owner)
    this.#held = this.#held.filter(e => e.owner !== owner)
    for (const event of held) this.at(this.#now, owner, event.run)
  }

  /** Lets events happen until the time has come or nothing is left. */
  async run(until: number): Promise<void> {
    for (let event = this.#pop(until); event; event = this.#pop(until)) {
      this.#now = Math.max(this.#now, event.at)
      if (!event.owner.alive) continue
      if (event.owner.stopped) this.#held.push(event)
      else {
        event.run()
        // What the event has set going runs, as microtasks, to its next awaits. Whatever takes longer than this
        // many of them is overtaken by the next event, each time in the same way.
        for (let i = 0; i < MICROTASKS; i++) await null
      }
    }
    this.#now = Math.max(this.#now, until)
  }

  #push(event: Event): void {
    const heap = this.#heap
    let i = heap.push(event) - 1
    for (let parent = (i - 1) >> 1; i > 0 && before(event, heap[parent]!); parent = (i - 1) >> 1) {
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = event
  }

  #pop(until: number): Event | undefined {
    const heap = this.#heap
    const top = heap[0]
    if (!top || top.at > until) return undefined
    const last = heap.pop()!
    if (heap.length === 0) return top
    let i = 0
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, last)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
    return top
  }
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
