import type { LogLine } from './fleet.ts'

/** Counts of events in the services' logs. */
export class Tally {
  readonly restores_ms: number[] = []
  /** One for each member of the group at each rebalance. */
  assignments = 0
  fenced = 0
  failed = 0

  note({ msg = '', restore_ms }: LogLine): void {
    if (msg === 'Partitions assigned') this.assignments++
    else if (msg === 'Task restored' && restore_ms !== undefined) this.restores_ms.push(restore_ms)
    else if (msg.startsWith('Fenced: ')) this.fenced++
    else if (msg.startsWith('Task failed')) this.failed++
  }
}
