import type { RecordCollector } from '../process/record-collector.ts'
import { REGISTRAR } from './claims.ts'
import type { Report } from './control-records.ts'

/** Looks, of about a second each, after which a partition that has not reported is asked again. */
const REPEAT_LOOKS = 30

/**
 * Rule 25: the registrar asks the task of each other partition to claim every state that a version without claims has left in it,
 * and notes which tasks have reported that they have done so. Before its report a partition may have a newer state of any key. Reports
 * are kept in memory only, like waiting claims: after a restart the registrar asks for both again.
 */
export class Survey {
  readonly #collector: RecordCollector
  /** Identifies this run of the registrar: claims that a report to an earlier run refers to are forgotten. */
  readonly #position: number
  readonly #reported = new Set<number>([REGISTRAR])
  /** A key that waits for the reports; null if none does. */
  #key: string | null = null
  /** By partition that has not reported, the number of looks since it was first asked. */
  readonly #looks = new Map<number, number>()

  /** @param position in the handovers topic at which the registrar begins */
  constructor(collector: RecordCollector, position: number) {
    this.#collector = collector
    this.#position = position
  }

  /** Whether every partition has claimed the states in it. */
  get isComplete(): boolean {
    return this.#missing().length === 0
  }

  /** Asks for missing reports at the next look. @param key that waits for them */
  begin(key: string): void {
    this.#key ??= key
  }

  reported({ partition, position }: Report): void {
    if (position === this.#position) this.#reported.add(partition)
  }

  /** Asks, if a key waits for reports. Call it about once a second. */
  look(): void {
    if (this.isComplete) this.#key = null
    if (this.#key === null) {
      this.#looks.clear()
      return
    }
    // The handovers topic grows after the input. A survey to a partition that it does not have yet would hold the transaction back.
    const missing = this.#missing().filter(partition => partition < this.#collector.handoversPartitions)
    const due = missing.filter(partition => (this.#looks.get(partition) ?? 0) % REPEAT_LOOKS === 0)
    const late = due.filter(partition => this.#looks.has(partition))
    if (late.length > 0) this.#collector.reportsAwaited(late)
    for (const partition of due) this.#collector.survey(this.#key, partition, this.#position)
    for (const partition of missing) this.#looks.set(partition, (this.#looks.get(partition) ?? 0) + 1)
  }

  #missing(): number[] {
    return [...Array(this.#collector.inputPartitions).keys()].filter(partition => !this.#reported.has(partition))
  }
}
