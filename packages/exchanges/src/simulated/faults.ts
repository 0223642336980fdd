import { uniform } from './random.ts'

/** Faults of a message on the socket. */
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
/** Faults of the socket: the faults of messages, and `gap`, which leaves out some trades of a message. */
export const SOCKET_FAULTS = ['gap', ...MESSAGE_FAULTS] as const
/** Faults of an answer of the REST interface. */
export const REST_FAULTS = ['too-many-requests', 'server-error', 'wrong-last', 'short-page', 'behind'] as const

export type SocketFault = (typeof SOCKET_FAULTS)[number]
export type RestFault = (typeof REST_FAULTS)[number]
export type Fault = SocketFault | RestFault

/** The probability of each fault per message or answer. */
export type FaultRates = Partial<Readonly<Record<Fault, number>>>

/** Chooses the next fault, on demand or by probabilities. The same seed gives the same faults. */
export class Faults {
  readonly #seed: number
  #rates: FaultRates
  #count = 0
  #ordered: Fault[] = []

  constructor(seed = 0, rates: FaultRates = {}) {
    this.#seed = seed
    this.#rates = rates
  }

  /** Injects the fault into the next message or answer that can have it. */
  order(fault: Fault): void {
    this.#ordered.push(fault)
  }

  /** Ends all faults. */
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
