import type { TransactionalProducer } from '@candlewick/kafka/log'
import { PartitionCountCheck } from '../migration/partition-count-check.ts'
import { Counts } from '../process/counts.ts'
import type { PartitionOptions } from '../process/partition-options.ts'
import { PartitionProcessor } from '../process/partition-processor.ts'
import { barrierRecord, readChangelog } from '../state/changelog.ts'
import { StateCodec, StateRefused } from '../state/state-codec.ts'
import type { TaskOptions } from './task-options.ts'

/** A task whose state is in memory: whatever it needs to run. */
export interface RestoredTask<State> {
  readonly options: Omit<TaskOptions<State>, 'tracing'> & PartitionOptions<State>
  readonly producer: TransactionalProducer
  readonly processor: PartitionProcessor<State>
  readonly countCheck: PartitionCountCheck
  /** What was counted since the last transaction. */
  readonly counts: Counts
  /** Where the inputs began and ended when the task was restored. */
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
 * 4. Without positions, as in a new group, the task begins where its inputs begin.
 *
 * @param poisonOffsets where the processor failed before
 * @throws StateRefused, also for an input that was made again; Fenced, and whatever the log throws; the producer is closed then
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
  const stored = await readChangelog(chunks, new StateCodec(o.processor, where), where)
  const aheadMs = (stored.barrierMs ?? clock.wall()) - clock.now()
  const logNow = () => clock.now() + aheadMs
  const input = await log.offsets(topics.input, partition)
  const handovers = await log.offsets(topics.handovers, partition)
  if (stored.positions)
    for (const which of ['input', 'handovers'] as const) await refuseReplaced(o, topics[which], stored.positions[which])
  const positions = stored.positions ?? { input: input.start, handovers: handovers.start }
  const countCheck = await PartitionCountCheck.of(log, topics.input, partition, logNow())
  const counts = new Counts()
  const options = { ...o, tracing: o.tracing?.(), count: (name: string, by: number) => counts.add(name, by) }
  const processor = new PartitionProcessor(options, stored.entries, positions, poisonOffsets, countCheck)
  return { options, processor, countCheck, counts, input, handovers, logNow, records: stored.records }
}

/** A new leader may not know the whole log for a moment. */
const END_TRIES = 10
const END_RETRY_MS = 500

/**
 * A position past the end of its topic belongs to another topic of that name. Its ids and times say nothing of this one's, so
 * going on would drop trades without a word.
 * @throws StateRefused
 */
async function refuseReplaced<State>(
  { log, clock, partition, changelog }: TaskOptions<State>,
  topic: string,
  position: number,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { end } = await log.offsets(topic, partition)
    if (position <= end) return
    if (tries === END_TRIES)
      throw new StateRefused(
        `${changelog}/${partition} continues at offset ${position} of ${topic}/${partition}, which ends at ${end}: the topic ` +
          `was deleted and made again, or its end was lost. Nothing was read of it. Restore the topic, or begin anew with ` +
          `a new CONSUMER_GROUP (npm run reset)`,
      )
    await clock.sleep(END_RETRY_MS)
  }
}
