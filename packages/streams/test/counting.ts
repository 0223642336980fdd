import { type Emit, type LogRecord, MemoryCluster, memoryLog, type Processor, Rejected, Stream } from '../src/index.ts'

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

export const TOPICS = {
  input: 'in',
  output: 'out',
  changelog: 'g-changelog',
  handovers: 'g-handovers',
  deadLetters: 'dead-letters',
}

export function cluster(partitions: number): MemoryCluster {
  const made = new MemoryCluster()
  for (const topic of [TOPICS.input, TOPICS.output, TOPICS.changelog, TOPICS.handovers]) made.grow(topic, partitions)
  made.grow(TOPICS.deadLetters, 1)
  return made
}

export const countingStream = (on: MemoryCluster) =>
  new Stream({
    log: memoryLog(on),
    group: 'g',
    processor: counting,
    service: 'test',
    topics: TOPICS,
    marksOutput: false,
  })

/** Every committed value of a topic that is not a control record, in partition order. */
export async function values<T>(on: MemoryCluster, topic: string): Promise<T[]> {
  const log = memoryLog(on)
  const found: T[] = []
  for (const [partition, { start, end }] of on.partitions(topic).entries())
    for await (const records of log.read(topic, partition, start, end))
      for (const r of records) if (!r.headers?.control && r.value) found.push(JSON.parse(r.value.toString()) as T)
  return found
}
