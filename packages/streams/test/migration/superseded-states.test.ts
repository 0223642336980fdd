import fc from 'fast-check'
import { expect, it } from 'vitest'
import { followInput, type LogRecord, type OutRecord } from '../../src/index.ts'
import { PartitionCountCheck } from '../../src/migration/partition-count-check.ts'
import { isLive, type KeyEntry, openResidency } from '../../src/migration/residency.ts'
import { PartitionProcessor } from '../../src/process/partition-processor.ts'
import { StateCodec } from '../../src/state/state-codec.ts'
import { type CountState, counting } from '../counting.ts'

const TOPICS = { input: 'in', output: 'out', handovers: 'handovers', deadLetters: 'dead' }
const PARTITIONS = 4
/** The number of a state's records stands for the newest time that it has seen. */
const timed = { ...counting, seenMs: ({ n }: CountState) => n, idleWatermark: () => 7 }
const codec = new StateCodec(timed, 'changelog')

/** The key as version 0.1 has begun it. */
const begun = (n: number): KeyEntry<CountState> => {
  const held = { route: null, state: { n, sum: 0 } }
  const residency = { epoch: null, from: null, start: 0, held, reread: null, end: null, to: null, next_epoch: null }
  return { key: 'a', left: null, early: [], residencies: [residency] }
}

/** The partitions' tasks, each of which commits after every step, and the logs that they read. */
class Tasks {
  readonly counts: Record<string, number> = {}
  /** The partitions whose task has closed a window by time. */
  readonly closed = new Set<number>()
  readonly #inputs: LogRecord[][] = []
  readonly #handovers: LogRecord[][] = []
  readonly #changelogs: (KeyEntry<CountState> | undefined)[] = []
  readonly #positions: { input: number; handovers: number }[] = []
  readonly #tasks: PartitionProcessor<CountState>[] = []

  /** @param seen by partition, the times of the states that version 0.1 has left; null where it left none */
  constructor(seen: readonly (number | null)[]) {
    for (const [p, n] of seen.entries()) {
      // The record with which version 0.1 has begun the key.
      this.#inputs[p] = n === null ? [] : [this.#record(0)]
      this.#handovers[p] = []
      this.#changelogs[p] = n === null ? undefined : begun(n)
      this.#positions[p] = { input: this.#inputs[p].length, handovers: 0 }
      this.restart(p)
    }
  }

  #record(offset: number): LogRecord {
    return { offset, timestamp: 0, key: 'a', value: Buffer.from('1') }
  }

  restart(p: number): void {
    const entry = this.#changelogs[p]
    const options = {
      ...{ processor: timed, group: 'g', service: 'test', partition: p, topics: TOPICS, marksOutput: false },
      place: followInput,
      outgoing: (): OutRecord[] => [],
      partitions: () => PARTITIONS,
      count: (name: string, by: number) => {
        this.counts[name] = (this.counts[name] ?? 0) + by
      },
    }
    const entries = new Map(entry ? [[entry.key, structuredClone(entry)]] : [])
    const check = new PartitionCountCheck(PARTITIONS, 0)
    this.#tasks[p] = new PartitionProcessor(options, entries, { ...this.#positions[p]! }, new Set(), check)
    this.#commit(p)
  }

  #commit(p: number): void {
    const task = this.#tasks[p]!
    const { records, outputs } = task.take('changelog')
    for (const [i, { topic, partition, value, headers }] of (records as OutRecord[]).entries())
      if (i >= outputs) this.#changelogs[p] = codec.decode('a', String(value))
      else if (topic === 'handovers') {
        const log = this.#handovers[partition!]!
        log.push({ offset: log.length, timestamp: 0, key: 'a', value: Buffer.from(String(value)), headers: headers! })
      } else if (topic === 'in') this.closed.add(p)
      else if (topic === 'dead') throw new Error(`dead letter: ${headers?.detail}`)
    this.#positions[p] = { ...task.positions }
  }

  /** Reads one message. @returns whether there was one */
  message(p: number): boolean {
    const at = this.#tasks[p]!.positions.handovers
    const records = this.#handovers[p]!.slice(at, at + 1)
    if (records.length > 0) this.#tasks[p]!.handovers({ records, next: at + 1, end: at + 1, bytes: 0 })
    this.#readAgain(p)
    this.#commit(p)
    return records.length > 0
  }

  /** The key's writer writes a record, which is read. */
  data(p: number): void {
    const input = this.#inputs[p]!
    input.push(this.#record(input.length))
    this.#tasks[p]!.input({ records: input.slice(-1), next: input.length, end: input.length, bytes: 0 }, 0)
    this.#readAgain(p)
    this.#commit(p)
  }

  #readAgain(p: number): void {
    const task = this.#tasks[p]!
    for (let range = task.rereadRange(); range; range = task.rereadRange()) {
      task.reread(this.#inputs[p]!.slice(range.from, range.to), range.to)
      task.endReread()
    }
  }

  /** Closes windows by time. */
  close(p: number): void {
    this.#tasks[p]!.timed.closeIdle(Number.POSITIVE_INFINITY, 0)
    this.#commit(p)
  }

  /** What a task does about once a second. */
  look(p: number): void {
    const task = this.#tasks[p]!
    task.grantClaims()
    for (const { key, residency } of task.awaiting())
      if (residency.from === null) task.claimAgain(key, residency)
      else task.ask(key, residency, this.#inputs[residency.from]!.length - 1)
    this.#commit(p)
  }

  settle(): void {
    for (let round = 0; round < 20; round++)
      for (let p = 0; p < PARTITIONS; p++) {
        while (this.message(p));
        this.look(p)
      }
  }

  /** @returns the partitions that process the key's records, and those that await its state. */
  owners() {
    const open = this.#changelogs.map(entry => entry && openResidency(entry))
    const at = (is: (r: NonNullable<(typeof open)[number]>) => boolean) => open.flatMap((r, p) => (r && is(r) ? p : []))
    return { live: at(isLive), granted: at(r => isLive(r) && r.epoch !== null), awaiting: at(r => !isLive(r)) }
  }
}

const partition = fc.nat({ max: PARTITIONS - 1 })
const action = fc.oneof(
  { weight: 4, arbitrary: fc.constant('message' as const) },
  { weight: 3, arbitrary: fc.constant('data' as const) },
  { weight: 3, arbitrary: fc.constant('look' as const) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
)
const steps = fc.array(fc.tuple(action, partition), { maxLength: 120, size: 'max' })
const states = fc
  .array(fc.option(fc.integer({ min: 1, max: 4 }), { freq: 5 }), { minLength: PARTITIONS, maxLength: PARTITIONS })
  .filter(list => list.some(n => n !== null))

it('leaves one of several old states, and loses no state, in any order of messages, records and restarts', () => {
  fc.assert(
    fc.property(states, steps, (list, taken) => {
      const tasks = new Tasks(list)
      for (const [action, p] of taken) tasks[action](p)
      tasks.settle()
      const { live, awaiting } = tasks.owners()
      expect([live.length, awaiting]).toEqual([1, []])
      expect([tasks.counts.unmarked_keys, tasks.counts.states_lost]).toEqual([undefined, undefined])
    }),
    { numRuns: 800 },
  )
})

it('closes windows by time only of the newest of several old states, and of that one after some time (rule 25)', () => {
  fc.assert(
    fc.property(states, steps, (list, taken) => {
      const tasks = new Tasks(list)
      const newestMs = Math.max(...list.map(n => n ?? 0))
      const newest = list.flatMap((n, p) => (n === newestMs ? p : []))
      for (const [action, p] of taken) {
        // A record would make an older state newer, or take the newest one to another partition.
        if (action !== 'data') tasks[action](p)
        tasks.close(p)
      }
      for (let round = 0; round < 2; round++) {
        tasks.settle()
        for (const p of list.keys()) tasks.close(p)
      }
      expect(newest).toEqual(expect.arrayContaining([...tasks.closed]))
      expect(tasks.closed.size).toBe(1)
    }),
    { numRuns: 800 },
  )
})
