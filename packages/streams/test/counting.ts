import {
  type Emit,
  type Log,
  type LogRecord,
  type Processor,
  Rejected,
  Stream,
  type StreamOptions,
} from '../src/index.ts'

export interface CountState {
  n: number
  sum: number
}

/** A processor whose every output tells the whole history of its key: any loss, repeat or disorder shows. */
export const counting: Processor<CountState> = {
  stateVersion: 1,
  configHash: 'counting',
  initial: () => ({ n: 0, sum: 0 }),
  process(state: CountState, record: LogRecord, emit: Emit) {
    const value = Number(record.value)
    if (Number.isNaN(value)) throw new Rejected('malformed', 'not a number')
    state.n++
    state.sum = (state.sum * 31 + value) % 1_000_003
    emit.output({ key: record.key, value, ...state })
  },
  control() {},
}

export interface TestTopics {
  readonly input: string
  readonly output: string
  readonly changelog: string
  readonly handovers: string
  readonly deadLetters: string
}

export const topicsOf = (prefix: string): TestTopics => ({
  input: `${prefix}in`,
  output: `${prefix}out`,
  changelog: `${prefix}g-changelog`,
  handovers: `${prefix}g-handovers`,
  deadLetters: `${prefix}dead-letters`,
})

export async function createTopics(log: Log, topics: TestTopics, partitions: number): Promise<void> {
  const names = [topics.input, topics.output, topics.changelog, topics.handovers]
  const specs = names.map(name => ({ name, partitions, config: {} }))
  await log.topics.create([...specs, { name: topics.deadLetters, partitions: 1, config: {} }])
}

export const groupOf = (topics: TestTopics): string => topics.changelog.replace(/-changelog$/, '')

export const countingStream = (
  log: Log,
  topics: TestTopics,
  own: Partial<Pick<StreamOptions<CountState>, 'observe' | 'tracing' | 'clock' | 'service' | 'processor'>> = {},
) =>
  new Stream({
    service: 'test',
    processor: counting,
    ...own,
    log,
    group: groupOf(topics),
    httpUrl: 'http://127.0.0.1:1',
    topics,
    marksOutput: false,
  })

/** Every committed value of a topic that is not a control record, in partition order. */
export async function values<T>(log: Log, topic: string): Promise<T[]> {
  const found: T[] = []
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  for (let partition = 0; partition < count; partition++) {
    const { start, end } = await log.offsets(topic, partition)
    for await (const records of log.read(topic, partition, start, end))
      for (const r of records) if (!r.headers?.control && r.value) found.push(JSON.parse(r.value.toString()) as T)
  }
  return found
}
