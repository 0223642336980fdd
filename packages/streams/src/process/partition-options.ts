import type { Outgoing } from '@candlewick/kafka/log'
import type { Place } from '../migration/placement.ts'
import type { Processor } from '../processor.ts'
import type { TracePropagation } from '../trace-propagation.ts'

/** What a task's processing depends on; no I/O among it. */
export interface PartitionOptions<State> {
  readonly processor: Processor<State>
  readonly group: string
  readonly service: string
  readonly partition: number
  readonly topics: {
    readonly input: string
    readonly handovers: string
    readonly deadLetters: string
    readonly output: string
    readonly live?: string | undefined
  }
  /** Whether the output topic's consumers are tasks, which need to be told where keys go. */
  readonly marksOutput: boolean
  readonly place: Place
  /** @returns an empty one, for what the next transaction writes */
  outgoing(): Outgoing
  /** How many partitions a topic has, as far as is known. */
  partitions(topic: string): number
  /** Where there is tracing. */
  readonly tracing?: TracePropagation | undefined
  count(name: string, by: number): void
}
