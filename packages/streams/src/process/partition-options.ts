import type { Outgoing } from '@candlewick/kafka/log'
import type { Place } from '../migration/placement.ts'
import type { Processor } from '../processor.ts'
import type { TracePropagation } from '../trace-propagation.ts'

/** What the processing of a partition depends on. There is no I/O in it. */
export interface PartitionOptions<State> {
  readonly processor: Processor<State>
  readonly group: string
  /** Named in dead letters. */
  readonly service: string
  readonly partition: number
  readonly topics: {
    readonly input: string
    readonly handovers: string
    readonly deadLetters: string
    readonly output: string
    readonly live?: string | undefined
  }
  /** Whether the output is read by another stream, whose tasks need to know where keys go. */
  readonly marksOutput: boolean
  readonly place: Place
  /** @returns an empty collection for the records of the next transaction. */
  outgoing(): Outgoing
  /** @returns how many partitions a topic has, as far as is known. */
  partitions(topic: string): number
  /** Absent where there is no tracing. */
  readonly tracing?: TracePropagation | undefined
  /** The largest state that is written in one record, bytes; larger states are written in parts. */
  readonly recordBytesMax?: number | undefined
  count(name: string, by: number): void
}
