import type { Headers, LogRecord, Outgoing } from '@candlewick/kafka/log'
import type { Ask, Handover, TransferredState } from '../migration/control-records.ts'
import type { Epoch } from '../migration/epoch.ts'
import { routeOutput } from '../migration/output-router.ts'
import type { Held, Residency } from '../migration/residency.ts'
import { Rejected } from '../processor.ts'
import type { PartitionOptions } from './partition-options.ts'

/** The brokers' limit is 1 MB a batch: a dead letter whose value would not fit is cut, and says so. */
const DEAD_LETTER_BYTES = 512 << 10
const DETAIL_CHARACTERS = 500

/** Everything that a task writes but its state, in order, until a transaction takes it. */
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

  take(): Outgoing {
    const records = this.#records
    this.#records = this.#o.outgoing()
    return records
  }

  /** A processor's output, where its key's route leads; the route changes when the topic has grown. */
  output(key: string, epoch: Epoch | null, held: Held<unknown>, value: object, headers?: Headers): void {
    const { topics, partition, place, marksOutput } = this.#o
    const count = this.#o.partitions(topics.output)
    const { route, markers } = routeOutput(key, held.route, partition, count, epoch, place)
    held.route = route
    if (marksOutput)
      for (const m of markers) this.#control(topics.output, m.partition, m.kind, key, { pair: key, ...m.value })
    if (markers.length > 1) this.#o.count('moves', 1)
    this.#records.push({ topic: topics.output, partition: route.partition, key, value: JSON.stringify(value), headers })
    this.#o.count('outputs', 1)
  }

  /** An output in progress. */
  live(topic: string, key: string, value: object): void {
    const count = this.#o.partitions(topic)
    if (count > 0)
      this.#records.push({ topic, partition: this.#o.partition % count, key, value: JSON.stringify(value) })
  }

  /** What a key's writer should have written: a promise that no record of before the time follows. */
  watermark(key: string, watermarkMs: number): void {
    this.#control(this.#o.topics.input, this.#o.partition, 'watermark', key, { pair: key, watermark_ms: watermarkMs })
  }

  handover(key: string, epoch: Epoch, to: number, state: TransferredState | null): void {
    const message: Handover = { group: this.#o.group, pair: key, epoch, state, lost: state === null }
    this.#control(this.#o.topics.handovers, to, 'handover', key, message)
    this.#o.count('handovers', 1)
  }

  /** Rule 14: asks the partition that the key came from. @param after that partition's last offset */
  ask(key: string, { from, epoch }: Residency<unknown>, after: number): void {
    if (from === null || epoch === null) return
    const question: Ask = { group: this.#o.group, pair: key, epoch, reply_to: this.#o.partition, after }
    this.#control(this.#o.topics.handovers, from, 'ask', key, question)
    this.#o.count('asks', 1)
  }

  /** The record as it came, with headers that say whence and why. */
  deadLetter(record: LogRecord, topic: string, reason: string, detail: string): void {
    const { service, partition, topics } = this.#o
    const { key, value, offset } = record
    const cut = value !== null && value.length > DEAD_LETTER_BYTES
    const headers = {
      source_topic: topic,
      source_partition: String(partition),
      source_offset: String(offset),
      reason,
      detail: detail.slice(0, DETAIL_CHARACTERS),
      service,
      ...(cut && { cut_from_bytes: String(value.length) }),
    }
    // A copy: the memory that it was received in may be used again before it is written.
    const kept = value && Buffer.from(cut ? value.subarray(0, DEAD_LETTER_BYTES) : value)
    this.#records.push({ topic: topics.deadLetters, partition: 0, key, value: kept, headers })
    this.#o.count(`dead_letters:${reason}`, 1)
  }

  /** Runs what a control record asks for; one that is malformed goes to the dead letters. */
  guard(record: LogRecord, topic: string, run: () => void): void {
    try {
      run()
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      this.deadLetter(record, topic, error.reason, error.message)
    }
  }

  #control(topic: string, partition: number, kind: string, key: string, value: object): void {
    const headers = { control: kind }
    this.#records.push({ topic, partition, key, value: JSON.stringify(value), headers })
  }
}
