import type { TransactionalProducer } from '@candlewick/kafka/log'
import { PartitionCountCheck } from '../migration/partition-count-check.ts'
import { Counts } from '../process/counts.ts'
import type { PartitionOptions } from '../process/partition-options.ts'
import { PartitionProcessor } from '../process/partition-processor.ts'
import { barrierRecord, readChangelog } from '../state/changelog.ts'
import { StateCodec } from '../state/state-codec.ts'
import { InputIdentity } from './input-identity.ts'
import { refuseLostChangelog } from './lost-changelog.ts'
import type { TaskOptions } from './task-options.ts'

/** A task whose state is in memory, with everything that it needs to run. */
export interface RestoredTask<State> {
  readonly options: Omit<TaskOptions<State>, 'tracing'> & PartitionOptions<State>
  readonly producer: TransactionalProducer
  readonly processor: PartitionProcessor<State>
  readonly countCheck: PartitionCountCheck
  readonly identity: InputIdentity
  /** Counts since the last transaction. */
  readonly counts: Counts
  /** Start and end offsets of the inputs when the task was restored. */
  readonly input: { readonly start: number; readonly end: number }
  readonly handovers: { readonly start: number }
  /** The time by the clock that stamps records, Unix ms: a jump of this machine's wall clock does not change it. */
  logNow(): number
  /** When the restore began, monotonic ms, and how many records of the changelog it read. */
  readonly startedAt: number
  readonly records: number
}

/**
 * Restores a task from its changelog:
 *
 * 1. The transactional id is initialised: older owners are fenced, and their open transaction is aborted.
 * 2. A barrier is written to the changelog. Every committed record of an older owner precedes it.
 * 3. The changelog is read up to the barrier: states, and the positions that belong to them.
 * 4. The inputs are compared with their stored identities, because a position means nothing in another topic of the same name.
 * 5. Without positions, as in a new group, the task begins where its inputs begin, unless the group's offsets show that it is not new.
 *
 * @param poisonOffsets offsets of records at which the processor failed before
 * @throws StateRefused, also for an input that was created again and for a lost changelog; Fenced; any error of the log. The producer is then closed
 */
export async function restore<State>(
  options: TaskOptions<State>,
  poisonOffsets: ReadonlySet<number>,
): Promise<RestoredTask<State>> {
  const startedAt = options.clock.now()
  const producer = await options.log.producer(options.transactionalId)
  try {
    return { ...(await read(options, producer, poisonOffsets)), producer, startedAt }
  } catch (error) {
    await producer.close().catch(() => {})
    throw error
  }
}

async function read<State>(
  o: TaskOptions<State>,
  producer: TransactionalProducer,
  poisonOffsets: ReadonlySet<number>,
): Promise<Omit<RestoredTask<State>, 'producer' | 'startedAt'>> {
  const { log, clock, partition, changelog, topics } = o
  const barrier = await producer.transact([barrierRecord(changelog, partition, clock.wall())])
  const { start } = await log.offsets(changelog, partition)
  const where = `${changelog}/${partition}`
  const chunks = log.read(changelog, partition, start, barrier! + 1)
  const { stored, entries, barrierMs, records } = await readChangelog(chunks, new StateCodec(o.processor, where), where)
  const aheadMs = (barrierMs ?? clock.wall()) - clock.now()
  const logNow = () => clock.now() + aheadMs
  const input = await log.offsets(topics.input, partition)
  const handovers = await log.offsets(topics.handovers, partition)
  if (!stored && input.end > input.start) await refuseLostChangelog(o, input)
  const identity = await InputIdentity.of(o, stored)
  const positions = stored?.positions ?? { input: input.start, handovers: handovers.start }
  const countCheck = await PartitionCountCheck.of(log, topics.input, partition, logNow())
  const counts = new Counts()
  const options = { ...o, tracing: o.tracing?.(), count: (name: string, by: number) => counts.add(name, by) }
  const processor = new PartitionProcessor(options, entries, positions, poisonOffsets, countCheck)
  return { options, processor, countCheck, counts, identity, input, handovers, logNow, records }
}
