import type { Chunk, Log } from '@candlewick/kafka/log'
import {
  type Fingerprint,
  fingerprintOf,
  type InputMark,
  type InputMarks,
  sameFingerprint,
} from '../state/input-marks.ts'
import { StateRefused } from '../state/state-codec.ts'
import type { TaskOptions } from './task-options.ts'

const INPUTS = ['input', 'handovers'] as const
/** How often a running task checks that its inputs are still the same topics, ms. */
const ASK_MS = 5000
/** How many times the end of the log is read again, because a new leader may not know the whole log for a moment. */
const END_TRIES = 10
const END_RETRY_MS = 500

type Where = Pick<TaskOptions<unknown>, 'log' | 'clock' | 'partition' | 'changelog' | 'topics'>

/** The identities of a task's inputs. They are stored with the positions, because a position means nothing in another topic of the same name. */
export class InputIdentity {
  readonly #o: Where
  /** The marks that the next transaction stores with the positions. */
  readonly marks: InputMarks
  /** The last record that was read before an interruption, to be compared. */
  readonly #suspect = new Map<keyof InputMarks, Fingerprint | undefined>()
  /** Inputs of which no record was read since the restore. Until then a reader does not notice that its topic was made again. */
  readonly #unread = new Set<keyof InputMarks>(INPUTS)
  #askedAt: number

  private constructor(options: Where, marks: InputMarks) {
    this.#o = options
    this.marks = marks
    this.#askedAt = options.clock.now()
  }

  /**
   * Compares the inputs with the identities in a changelog.
   * @param stored null in a new changelog
   * @throws StateRefused for an input that was deleted and made again, or has lost its end
   */
  static async of(
    o: Where,
    stored: { readonly positions: Readonly<Record<'input' | 'handovers', number>>; readonly marks: InputMarks } | null,
  ): Promise<InputIdentity> {
    const marks: InputMarks = { input: {}, handovers: {} }
    for (const which of INPUTS) {
      const topic = o.topics[which]
      const topicId = await o.log.topicId(topic)
      const known = stored?.marks[which] ?? {}
      if (stored) await refuseReplaced(o, topic, stored.positions[which], { known, topicId })
      marks[which] = { topic_id: topicId ?? known.topic_id, last: known.last }
    }
    return new InputIdentity(o, marks)
  }

  /**
   * Notes the last record of a chunk as read. If it is the first chunk, or the reader was interrupted before it, also notes that the
   * input has to be compared before the chunk is committed.
   */
  read(which: keyof InputMarks, { records, interrupted }: Chunk): void {
    const known = this.marks[which]
    if (this.#unread.delete(which) || interrupted) this.suspect(which)
    const last = records.at(-1)
    if (last && last.offset > (known.last?.offset ?? -1)) this.marks[which] = { ...known, last: fingerprintOf(last) }
  }

  /**
   * Notes that the input has to be compared before the next commit. Call it after records were read again, because they may be from
   * another topic although the reader has not been interrupted yet.
   */
  suspect(which: keyof InputMarks): void {
    // The record from before the first interruption is kept, because records read since then may be from another topic.
    if (!this.#suspect.get(which)) this.#suspect.set(which, this.marks[which].last)
  }

  /**
   * Checks periodically, and after each interruption, that the inputs are still the same topics. Records that were read after an
   * interruption must not be committed before this check.
   * @throws Error for an input that was made again; the restore that follows compares it with what was committed, and refuses it
   */
  async confirm(): Promise<void> {
    const { clock, topics } = this.#o
    if (this.#suspect.size === 0 && clock.now() - this.#askedAt < ASK_MS) return
    for (const which of INPUTS)
      if (!(await this.#isSame(which))) throw new Error(`${topics[which]} was deleted and made again while it was read`)
    this.#suspect.clear()
    this.#askedAt = clock.now()
  }

  async #isSame(which: keyof InputMarks): Promise<boolean> {
    const { log, partition, topics } = this.#o
    const topicId = await log.topicId(topics[which])
    const known = this.marks[which].topic_id
    if (topicId !== undefined && known !== undefined && topicId !== known) return false
    const last = this.#suspect.get(which)
    if (!last || last.offset < (await log.offsets(topics[which], partition)).start) return true
    return isThere(this.#o, topics[which], last)
  }
}

interface Found {
  readonly known: InputMark
  readonly topicId: string | undefined
}

/**
 * Refuses an input that is not the topic whose position is stored. The position means nothing in another topic, and continuing
 * there would silently drop records.
 * @throws StateRefused
 */
async function refuseReplaced(o: Where, topic: string, position: number, { known, topicId }: Found): Promise<void> {
  const { start, end } = await endAtLeast(o, topic, position)
  if (end < position) throw refusal(o, topic, position, `which ends at ${end}`)
  const { last } = known
  if (last && last.offset >= start) {
    if (!(await isThere(o, topic, last)))
      throw refusal(o, topic, position, `whose record at offset ${last.offset} is not the one that was read`)
  } else if (position > 0 && topicId !== undefined && known.topic_id !== undefined && topicId !== known.topic_id)
    throw refusal(o, topic, position, `whose topic id was ${known.topic_id} and is ${topicId}`)
}

async function endAtLeast({ log, clock, partition }: Where, topic: string, position: number) {
  for (let tries = 1; ; tries++) {
    const offsets = await log.offsets(topic, partition)
    if (position <= offsets.end || tries === END_TRIES) return offsets
    await clock.sleep(END_RETRY_MS)
  }
}

/** @returns whether the record is in the log, or may have been deleted by compaction. */
async function isThere({ log, partition }: Where, topic: string, last: Fingerprint): Promise<boolean> {
  for await (const records of log.read(topic, partition, last.offset, last.offset + 1))
    for (const record of records) if (record.offset === last.offset) return sameFingerprint(fingerprintOf(record), last)
  return isCompacted(log, topic)
}

async function isCompacted({ settings }: Log, topic: string): Promise<boolean> {
  try {
    return (await settings?.ofTopic(topic))?.get('cleanup.policy')?.value.includes('compact') === true
  } catch (error) {
    if ((error as Error).name === 'Denied') return false
    throw error
  }
}

const refusal = ({ changelog, partition }: Where, topic: string, position: number, problem: string): StateRefused =>
  new StateRefused(
    `${changelog}/${partition} continues at offset ${position} of ${topic}/${partition}, ${problem}: the topic was deleted ` +
      `and made again, or its end was lost. Nothing was read of it. Restore the topic, or begin with a new ` +
      `CONSUMER_GROUP (npm run reset)`,
  )
