import type { Clock } from '@candlewick/clock'
import type { Log } from '@candlewick/kafka/log'
import type { StreamEvent } from '../events.ts'
import type { PartitionOptions } from '../process/partition-options.ts'
import type { StateRefused } from '../state/state-codec.ts'
import type { TracePropagation } from '../trace-propagation.ts'

export interface TaskOptions<State> extends Omit<PartitionOptions<State>, 'tracing'> {
  /** Makes the trace propagation of a restored task; absent where there is no tracing. */
  readonly tracing?: (() => TracePropagation) | undefined
  readonly log: Log
  readonly clock: Clock
  readonly changelog: string
  readonly transactionalId: string
  readonly commitIntervalMs: number
  readonly closeAfterIdleMs: number
  readonly askAfterMs: number
  observe(event: StreamEvent): void
  /** This service cannot continue the stored states: the instance has to end. */
  refused(error: StateRefused): void
  /** Resolves when this member is known to own the partition still, although another producer has fenced it. */
  confirmOwner(): Promise<void>
}
