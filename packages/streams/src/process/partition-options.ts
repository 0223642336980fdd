import type { Outgoing } from '@candlewick/kafka/log'
import type { Place } from '../migration/placement.ts'
import type { Processor } from '../processor.ts'
import type { TracePropagation } from '../trace-propagation.ts'

/** Dependencies of the processing of a partition, without I/O. */
export interface PartitionOptions<State> {
  readonly processor: Processor<State>
  readonly group: string
  /** The service's name, which dead letters have. */
  readonly service: string
  readonly partition: number
  readonly topics: {
    readonly input: string
    readonly handovers: string
    readonly deadLetters: string
    readonly output: string
    readonly live?: string | undefined
  }
  /** Whether another stream reads the output, so that its tasks have to know where keys go. */
  readonly marksOutput: boolean
  readonly place: Place
  /** @returns an empty collection for the records of the next transaction. */
  outgoing(): Outgoing
  /** @returns the known number of a topic's partitions. */
  partitions(topic: string): number
  /** Absent without tracing. */
  readonly tracing?: TracePropagation | undefined
  /** The largest state that is written in one record, bytes; larger states are written in parts. */
  readonly recordBytesMax?: number | undefined
  count(name: string, by: number): void
}
