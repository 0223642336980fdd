import type { Clock } from '@candlewick/streams'
import type { Random } from './random.ts'

/** A process whose awaits are scheduled. It can be stopped, continued and killed. */
export interface Owner {
  readonly name: string
  alive: boolean
  /** A stopped process (SIGSTOP) receives nothing until it is continued. */
  stopped: boolean
  /** How many times longer than others it takes for each step. */
  slowness: number
  /**
   * Whether records do not wake it while it is stopped. Otherwise it goes on to its next operation, as it always did, so that known
   * seeds still give the same histories.
   */
  isDeaf?: boolean
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
 * How many times faster the exchange's time runs than the machines' time, so that a short history has many windows. No window
 * depends on the duration of an operation.
 */
export const PACE = 4

/** @returns the exchange's time (Unix ms) at a time of the scheduler (ms). */
export const wallOf = (now: number): number => Math.floor(EPOCH_MS + now * PACE)

const MICROTASKS = 10

/** Owns the time and every await of a history, so that everything happens as one event after another. */
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

  /** Schedules a callback; events of the same time happen in random order. */
  at(at: number, owner: Owner, run: () => void): void {
    this.#push({ at, order: this.#random.next() + this.#order++ * 1e-9, owner, run })
  }

  continue(owner: Owner): void {
    owner.stopped = false
    const held = this.#held.filter(e => e.owner === owner)
    this.#held = this.#held.filter(e => e.owner !== owner)
    for (const event of held) this.at(this.#now, owner, event.run)
  }

  /** Runs events until the given time, or until none is left. */
  async run(until: number): Promise<void> {
    for (let event = this.#pop(until); event; event = this.#pop(until)) {
      this.#now = Math.max(this.#now, event.at)
      if (!event.owner.alive) continue
      if (event.owner.stopped) this.#held.push(event)
      else {
        event.run()
        // Lets the code that the event has resumed run, as microtasks, to its next awaits. Code that takes more of them
        // is overtaken by the next event, in the same way each time.
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
