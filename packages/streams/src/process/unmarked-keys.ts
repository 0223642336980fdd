import type { LogRecord } from '@candlewick/kafka/log'
import * as claims from '../migration/claims.ts'
import type { Claim, Report, Survey as SurveyMessage } from '../migration/control-records.ts'
import type { KeyMigrations } from '../migration/key-migrations.ts'
import { Registrar } from '../migration/registrar.ts'
import { openResidency, type Residency } from '../migration/residency.ts'
import { Survey } from '../migration/survey.ts'
import { Rejected } from '../processor.ts'
import { refuseReserved } from '../state/changelog.ts'
import type { Keyed, KeyTable } from '../state/key-table.ts'
import type { ProcessorRunner } from './processor-runner.ts'
import type { RecordCollector } from './record-collector.ts'

/** A claim of a key whose state is here is repeated at every third look, as often as the claims of keys that await their state. */
const CLAIM_AGAIN_LOOKS = 3

/** Where the task is. */
interface Place {
  readonly partition: number
  /** Whether the input had only this partition when the task began. */
  readonly isAlone: boolean
  /** The position in the handovers topic at which the task begins. */
  readonly handovers: number
}

/** Keys without markers: they begin here, or are claimed from the partition that has their state (rules 10 and 20 to 23). */
export class UnmarkedKeys<State> {
  readonly #place: Place
  readonly #keys: KeyTable<State>
  readonly #collector: RecordCollector
  readonly #migrations: KeyMigrations<State>
  readonly #runner: ProcessorRunner<State>
  readonly #registrar: Registrar<State>
  /**
   * Keys that a version without claims has begun, until they are granted: another partition may have them, too. A registrar of
   * that version does not answer, and without an answer two partitions would publish the key's windows.
   */
  #ungranted: readonly Keyed<State>[]
  #looks = 0
  /** The newest survey that is not answered. */
  #survey: SurveyMessage | null = null

  constructor(
    place: Place,
    keys: KeyTable<State>,
    collector: RecordCollector,
    migrations: KeyMigrations<State>,
    runner: ProcessorRunner<State>,
  ) {
    this.#place = place
    this.#keys = keys
    this.#collector = collector
    this.#migrations = migrations
    this.#runner = runner
    const survey = new Survey(collector, place.handovers)
    this.#registrar = new Registrar(keys, collector, migrations, survey)
    this.#ungranted = place.partition === claims.REGISTRAR ? [] : [...keys.values()]
    this.#claimHeld()
  }

  #claimHeld(): void {
    const claimed = this.#ungranted.filter(({ entry }) => {
      const open = openResidency(entry)
      if (open?.epoch !== null || !open.held) return false
      const since_ms = -this.#migrations.seenMs(open.held)
      this.#collector.claim(entry.key, { offset: open.start, since_ms, held: true })
      return true
    })
    this.#ungranted = claimed
  }

  /**
   * Rules 10 and 20: processes the first record of a key in this partition. If there is no other partition the key begins with
   * it. Otherwise the key is claimed, and the record is skipped and read again once the state is here.
   * @param nowMs monotonic
   * @throws Rejected for a reserved key
   */
  start(key: string, record: LogRecord, nowMs: number): void {
    refuseReserved(key)
    // A rejected record must not create a key, or malformed records would fill the memory.
    if (!this.#runner.isAccepted(key, record)) return
    const keyed = this.#keys.obtain(key)
    if (this.#place.isAlone && !keyed.entry.registration) {
      const live = this.#migrations.startAlone(keyed, record.offset)
      this.#runner.data(keyed, live, record, nowMs)
      return
    }
    claims.claim(keyed.entry, record.offset)
    this.#keys.touch(keyed)
    this.#keys.refresh(keyed)
    // The input's position is still at the start of the record's chunk, and an immediate grant would not read the record again.
    this.#send(key, record.offset, record.timestamp, record.offset + 1)
  }

  /** Repeats a claim that was not answered. */
  claimAgain(key: string, { start }: { readonly start: number }, position: number): void {
    this.#send(key, start, Number.MAX_SAFE_INTEGER, position)
  }

  #send(pair: string, offset: number, since_ms: number, position: number): void {
    const { partition } = this.#place
    if (partition !== claims.REGISTRAR) this.#collector.claim(pair, { offset, since_ms, held: false })
    else this.#registrar.claimed({ pair, partition, offset, since_ms, held: false }, position)
  }

  /** Receives a partition's claim of a key. @throws Rejected if this is not the registrar's partition */
  claimed(message: Claim, position: number): void {
    if (this.#place.partition !== claims.REGISTRAR)
      throw new Rejected('malformed', 'a claim is valid only in partition 0, whose task is the registrar')
    this.#registrar.claimed(message, position)
  }

  /** Receives the registrar's survey, which is answered by {@link answerSurvey}. */
  surveyed(message: SurveyMessage): void {
    this.#survey = message
  }

  /** Rule 25: claims the states that await their grant, and then reports. Several surveys in a chunk get one answer. */
  answerSurvey(): void {
    if (!this.#survey) return
    this.#claimHeld()
    this.#collector.report(this.#survey.pair, this.#survey.position)
    this.#survey = null
  }

  /** Receives a partition's report. @throws Rejected if this is not the registrar's partition */
  reported(message: Report): void {
    if (this.#place.partition !== claims.REGISTRAR)
      throw new Rejected('malformed', 'a report is valid only in partition 0, whose task is the registrar')
    this.#registrar.reported(message)
  }

  /**
   * Rule 25: whether a live residency is the only one of its key. A state of a version without claims is not before its grant:
   * another partition may have a newer one, which has published more windows. A key in the registrar's partition needs no grant as
   * long as no other partition claims it.
   */
  isOnlyOne(key: string, { epoch }: Residency<State>): boolean {
    return epoch !== null || (this.#place.partition === claims.REGISTRAR && this.#registrar.keeps(key))
  }

  /** Grants claims that have waited long enough, and repeats unanswered ones. Call it about once a second. */
  look(position: number): void {
    this.#registrar.look(position)
    if (++this.#looks % CLAIM_AGAIN_LOOKS === 0) this.#claimHeld()
  }
}
