import { RecordTooLarge } from '@candlewick/kafka/log'
import { expect, it } from 'vitest'
import { followInput, type LogRecord, MemoryCluster, memoryLog, type OutRecord, systemClock } from '../../src/index.ts'
import { CommitSchedule } from '../../src/task/commit-schedule.ts'
import { restore } from '../../src/task/restore.ts'
import { TaskTransaction } from '../../src/task/task-transaction.ts'
import { counting } from '../counting.ts'

const TOPICS = { input: 'in', output: 'out', handovers: 'handovers', deadLetters: 'dead' }

async function restored(refuses?: string) {
  const cluster = new MemoryCluster()
  for (const topic of [...Object.values(TOPICS), 'changelog']) cluster.grow(topic, 1)
  let now = 0
  const counts: string[] = []
  const options = {
    processor: counting,
    group: 'g',
    service: 'test',
    partition: 0,
    topics: TOPICS,
    marksOutput: true,
    place: followInput,
    outgoing: (): OutRecord[] => [],
    partitions: () => 1,
    log: memoryLog(cluster),
    clock: { ...systemClock, now: () => now },
    changelog: 'changelog',
    transactionalId: 'g-in-0',
    commitIntervalMs: 200,
    closeAfterIdleMs: 0,
    askAfterMs: 1000,
    count: (name: string) => void counts.push(name),
    observe: () => {},
    refused: () => {},
    confirmOwner: async () => {},
  }
  const task = await restore(options, new Set())
  const written: { records: readonly OutRecord[]; offsets: unknown }[] = []
  const producer = {
    transact: async (records: unknown, offsets: unknown) => {
      if (refuses) throw new RecordTooLarge(refuses)
      written.push({ records: records as readonly OutRecord[], offsets })
      return undefined
    },
    close: async () => {},
  }
  const transaction = new TaskTransaction({ ...task, producer }, new CommitSchedule(200, 0), options.count)
  const pass = (ms: number) => {
    now += ms
  }
  return { processor: task.processor, transaction, written, counts, pass }
}

const chunk = (offset: number, value: string, key = 'a') => {
  const records: LogRecord[] = [{ offset, timestamp: 0, key, value: Buffer.from(value) }]
  return { records, next: offset + 1, end: offset + 1, bytes: 0 }
}

it('writes outputs, states and both positions in one transaction, in this order', async () => {
  const { processor, transaction, written, counts } = await restored()
  processor.input(chunk(0, '1'), 0)
  await transaction.commit(false)
  expect(written).toHaveLength(1)
  expect(written[0]!.records.map(({ topic, key, headers }) => [topic, key, headers?.control])).toEqual([
    ['out', 'a', 'arrive'],
    ['out', 'a', undefined],
    ['changelog', 'a', undefined],
    ['changelog', '\u0000position', undefined],
  ])
  const marks = { input: { topic_id: '1' }, handovers: { topic_id: '3' } }
  expect(JSON.parse(String(written[0]!.records.at(-1)!.value))).toEqual({ v: 1, input: 1, handovers: 0, marks })
  expect(counts).toEqual(['unmarked_keys', 'outputs'])
})

it("writes the group's offsets once a second, and when it is the last one", async () => {
  const { processor, transaction, written, pass } = await restored()
  for (const [offset, afterMs] of [300, 800, 300].entries()) {
    pass(afterMs)
    processor.input(chunk(offset, '1'), 0)
    await transaction.commit(offset === 2)
  }
  const offsets = (input: number) => ({
    group: 'g',
    positions: [
      { topic: 'in', partition: 0, offset: input },
      { topic: 'handovers', partition: 0, offset: 0 },
    ],
  })
  expect(written.map(w => w.offsets)).toEqual([undefined, offsets(2), offsets(3)])
})

it.each([
  [
    'changelog',
    /^The state of a, which has \d+ bytes with the setting counting, is larger than changelog takes .*max.message.bytes of changelog and handovers$/,
  ],
  ['out', /^A record is larger than out takes .*max.message.bytes of out$/],
])(
  'refuses a record of %s that the broker does not take, instead of meeting it again for ever',
  async (topic, message) => {
    const { processor, transaction } = await restored(topic)
    processor.input(chunk(0, '1'), 0)
    await expect(transaction.commit(false)).rejects.toThrow(
      expect.objectContaining({ name: 'StateRefused', message: expect.stringMatching(message) }),
    )
  },
)
