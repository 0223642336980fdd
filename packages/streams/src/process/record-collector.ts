import type { Headers, LogRecord, Outgoing } from '@candlewick/kafka/log'
import { REGISTRAR } from '../migration/claims.ts'
import {
  type Ask,
  type Claim,
  controlRecord,
  type Grant,
  type Handover,
  handoversRecord,
  type Report,
  type TransferredState,
} from '../migration/control-records.ts'
import type { Epoch } from '../migration/epoch.ts'
import { inParts } from '../migration/handover-parts.ts'
import { isOutgrown, routeOutput } from '../migration/output-router.ts'
import type { HeldState, Residency } from '../migration/residency.ts'
import { Rejected } from '../processor.ts'
import { RECORD_BYTES_MAX } from '../state/parts.ts'
import { deadLetterOf } from './dead-letter.ts'
import type { PartitionOptions } from './partition-options.ts'

/** Gathers everything that a task writes except its states, in order, until a transaction takes it. */
export class RecordCollector {
  readonly #o: Omit<PartitionOptions<unknown>, 'processor'>
  #records: Outgoing

  constructor(options: Omit<PartitionOptions<unknown>, 'processor'>) {
    this.#o = options
    this.#records = options.outgoing()
  }

  get size(): number {
    return this.#records.length
  }

  /** The known number of partitions of the input. */
  get inputPartitions(): number {
    return this.#o.partitions(this.#o.topics.input)
  }

  /** The known number of partitions of the handovers topic. It may grow later than the input. */
  get handoversPartitions(): number {
    return this.#o.partitions(this.#o.topics.handovers)
  }

  /** @returns the records since the last call. */
  take(): Outgoing {
    const records = this.#records
    this.#records = this.#o.outgoing()
    return records
  }

  /** Adds a processor's output, in the partition of its key's route. @param epoch of the key's residency in the input */
  output(key: string, epoch: Epoch | null, held: HeldState<unknown>, value: object, headers?: Headers): void {
    const topic = this.#o.topics.output
    const partitions = this.#o.partitions(topic)
    if (held.route === null || isOutgrown(held.route, partitions)) this.#route(key, epoch, held, partitions)
    this.#records.push({ topic, partition: held.route!.partition, key, value: JSON.stringify(value), headers })
    this.#o.count('outputs', 1)
  }

  #route(key: string, epoch: Epoch | null, held: HeldState<unknown>, partitions: number): void {
    const { topics, partition, place, marksOutput } = this.#o
    const output = { name: topics.output, partitions, place }
    const { route, markers } = routeOutput(key, held.route, { partition, epoch }, output)
    held.route = route
    if (marksOutput) for (const marker of markers) this.#records.push(marker)
    if (markers.length > 1) this.#o.count('moves', 1)
  }

  /** Adds an unfinished output. */
  live(topic: string, key: string, value: object): void {
    const count = this.#o.partitions(topic)
    if (count > 0)
      this.#records.push({ topic, partition: this.#o.partition % count, key, value: JSON.stringify(value) })
  }

  /** Adds a watermark in place of the key's writer: no record from before the time (Unix ms) follows. */
  watermark(key: string, watermarkMs: number): void {
    const { topics, partition } = this.#o
    this.#records.push(
      controlRecord(topics.input, partition, 'watermark', { pair: key, watermark_ms: watermarkMs, idle: true }),
    )
  }

  /** Rule 3: adds a handover. @param state null if there is none, so that the key starts without a state in `to` */
  handover(key: string, epoch: Epoch, to: number, state: TransferredState | null): void {
    const message: Handover = { group: this.#o.group, pair: key, epoch, state, lost: state === null }
    const { topics, recordBytesMax = RECORD_BYTES_MAX } = this.#o
    const record = handoversRecord(topics.handovers, to, 'handover', message)
    for (const part of inParts(record, recordBytesMax, String(epoch))) this.#records.push(part)
    this.#o.count('handovers', 1)
  }

  /** Rule 4: asks the partition that the key came from. @param after the last offset of that partition */
  ask(key: string, { from, epoch }: Residency<unknown>, after: number): void {
    if (from === null || epoch === null) return
    const message: Ask = { group: this.#o.group, pair: key, epoch, reply_to: this.#o.partition, after }
    this.#records.push(handoversRecord(this.#o.topics.handovers, from, 'ask', message))
    this.#o.count('asks', 1)
  }

  /** Rule 20: claims a key without markers. @param held whether its state is here already */
  claim(key: string, claim: Omit<Claim, 'group' | 'pair' | 'partition'>): void {
    const message: Claim = { group: this.#o.group, pair: key, partition: this.#o.partition, ...claim }
    this.#records.push(handoversRecord(this.#o.topics.handovers, REGISTRAR, 'claim', message))
    this.#o.count('claims', 1)
  }

  /** Rule 21: the registrar's answer. @param to the partition that has claimed the key */
  grant(key: string, to: number, answer: Omit<Grant, 'group' | 'pair'>): void {
    const message: Grant = { group: this.#o.group, pair: key, ...answer }
    this.#records.push(handoversRecord(this.#o.topics.handovers, to, 'grant', message))
  }

  /** Rule 25: asks a partition to claim its states, and to report. @param key that waits for it @param position identifies the registrar's run */
  survey(key: string, to: number, position: number): void {
    const { group, topics } = this.#o
    this.#records.push(handoversRecord(topics.handovers, to, 'survey', { group, pair: key, position }))
  }

  /** Rule 25: reports to the registrar that the states of this partition are claimed. */
  report(key: string, position: number): void {
    const { group, topics, partition } = this.#o
    const message: Report = { group, pair: key, position, partition }
    this.#records.push(handoversRecord(topics.handovers, REGISTRAR, 'report', message))
  }

  /** Counts and names partitions whose reports are late. */
  reportsAwaited(partitions: readonly number[]): void {
    this.#o.count(`reports_awaited:${partitions.join(', ')}`, 1)
  }

  /** Adds the unchanged record to the dead letters, with headers that name its place and the reason. */
  deadLetter(record: LogRecord, topic: string, reason: string, detail: string): void {
    const { service, partition, topics } = this.#o
    const { deadLetters } = topics
    this.#records.push(deadLetterOf(record, { topic, partition, service }, { reason, detail, deadLetters }))
    this.#o.count(`dead_letters:${reason}`, 1)
  }

  /** Runs a record's effect; if it is rejected, the record goes to the dead letters. @returns whether it was not rejected */
  guard(record: LogRecord, topic: string, run: () => void): boolean {
    try {
      run()
      return true
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      this.deadLetter(record, topic, error.reason, error.message)
      return false
    }
  }
}
