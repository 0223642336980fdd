import { uniform } from './random.ts'

/** What can happen to a message of the socket. */
export const MESSAGE_FAULTS = [
  'drop',
  'duplicate',
  'reorder',
  'malformed',
  'stall',
  'half-open',
  'disconnect',
  'drip',
  'maintenance',
] as const
/** Beside these some of the trades to be told can be left out. */
export const SOCKET_FAULTS = ['gap', ...MESSAGE_FAULTS] as const
/** What can happen to an answer of the REST interface. */
export const REST_FAULTS = ['too-many-requests', 'server-error', 'wrong-last', 'short-page', 'behind'] as const

export type SocketFault = (typeof SOCKET_FAULTS)[number]
export type RestFault = (typeof REST_FAULTS)[number]
export type Fault = SocketFault | RestFault

/** Probabilities by fault: of each message or answer. */
export type FaultRates = Partial<Readonly<Record<Fault, number>>>

/** Decides what goes wrong next: on demand, and by a plan that its seed repeats. */
export class Faults {
  readonly #seed: number
  #rates: FaultRates
  #count = 0
  #ordered: Fault[] = []

  constructor(seed = 0, rates: FaultRates = {}) {
    this.#seed = seed
    this.#rates = rates
  }

  /** The next message or answer that can have this fault has it. */
  order(fault: Fault): void {
    this.#ordered.push(fault)
  }

  /** Nothing goes wrong any more. */
  end(): void {
    this.#rates = {}
    this.#ordered = []
  }

  next<F extends Fault>(kinds: readonly F[]): F | undefined {
    const ordered = kinds.find(kind => this.#ordered.includes(kind))
    if (ordered) {
      this.#ordered.splice(this.#ordered.indexOf(ordered), 1)
      return ordered
    }
    const u = uniform(this.#seed, this.#count++)
    let sum = 0
    for (const kind of kinds) {
      sum += this.#rates[kind] ?? 0
      if (u < sum) return kind
    }
    return undefined
  }
}
