import type { Instance, LogLine } from './fleet.ts'

/** What the services' logs tell of their inner life. */
export class Tally {
  readonly #generations = new Set<string>()
  readonly restores_ms: number[] = []
  fenced = 0
  failed = 0

  /** Different generations of the consumer groups. */
  get rebalances(): number {
    return this.#generations.size
  }

  note({ service }: Instance, { msg = '', generation, restore_ms }: LogLine): void {
    if (msg === 'Partitions assigned') this.#generations.add(`${service} ${generation}`)
    else if (msg === 'Task restored' && restore_ms !== undefined) this.restores_ms.push(restore_ms)
    else if (msg.startsWith('Fenced: ')) this.fenced++
    else if (msg.startsWith('Task failed')) this.failed++
  }
}
