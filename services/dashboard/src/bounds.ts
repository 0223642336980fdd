import type { ServiceContext } from '@candlewick/service'

type Logger = Pick<ServiceContext['logger'], 'warn'>

/** Maximum number of names that a bound remembers, so that each name counts once. */
const NAMES_MAX = 20_000

export interface LeftOutState {
  readonly what: string
  readonly count: number
  /** Whether more than `count` may be left out. */
  readonly at_least: boolean
  readonly remedy: string
}

/** Counts what one bound leaves out, and logs when the bound is reached for the first time. */
export class LeftOut {
  readonly what: string
  /** The remedy. It continues the text "487 pairs are left out: ". */
  readonly remedy: string
  readonly #onFirst: (leftOut: LeftOut) => void
  readonly #names = new Set<string>()
  #unnamed = 0
  #isPartial = false

  constructor(what: string, remedy: string, onFirst: (leftOut: LeftOut) => void) {
    this.what = what
    this.remedy = remedy
    this.#onFirst = onFirst
  }

  get count(): number {
    return this.#names.size + this.#unnamed
  }

  /** @param name of the thing that is left out; it counts once, even if it is seen several times */
  name(name: string): void {
    if (this.count === 0) this.#onFirst(this)
    if (this.#names.size < NAMES_MAX) this.#names.add(name)
    else if (!this.#names.has(name)) this.#isPartial = true
  }

  add(count = 1): void {
    if (count <= 0) return
    if (this.count === 0) this.#onFirst(this)
    this.#unnamed += count
  }

  /** @returns whether the thing is left out; undefined if more things were left out than are remembered by name. */
  has(name: string): boolean | undefined {
    return this.#names.has(name) || (this.#isPartial ? undefined : false)
  }

  get state(): LeftOutState {
    return { what: this.what, count: this.count, at_least: this.#isPartial, remedy: this.remedy }
  }
}

/** Every bound of what the dashboard keeps. */
export class Bounds {
  readonly #all: LeftOut[] = []
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** @param remedy continues the text "487 pairs are left out: " */
  of(what: string, remedy: string): LeftOut {
    const leftOut = new LeftOut(what, remedy, () =>
      this.#logger.warn({ what, remedy }, `The dashboard leaves out some ${what}: ${remedy}`),
    )
    this.#all.push(leftOut)
    return leftOut
  }

  /** @returns the bounds that were reached. */
  state(): LeftOutState[] {
    return this.#all.filter(({ count }) => count > 0).map(({ state }) => state)
  }
}
