import { describe, expect, it } from 'vitest'
import { followInput, type LogRecord, type OutRecord, type Processor, Rejected } from '../../src/index.ts'
import type { Epoch } from '../../src/migration/epoch.ts'
import { PartitionCountCheck } from '../../src/migration/partition-count-check.ts'
import type { KeyEntry } from '../../src/migration/residency.ts'
import { PartitionProcessor } from '../../src/process/partition-processor.ts'
import { ProcessorFailed } from '../../src/processor.ts'
import { StateRefused } from '../../src/state/state-codec.ts'
import { type CountState, counting } from '../counting.ts'

const TOPICS = { input: 'in', output: 'out', handovers: 'handovers', deadLetters: 'dead' }

function processorOf(
  processor: Processor<CountState> = counting,
  poisonOffsets: readonly number[] = [],
  // Keys without markers start at once, as in a topic of one partition.
  countCheck = new PartitionCountCheck(1, Number.NEGATIVE_INFINITY),
  partition = 1,
  entries: readonly KeyEntry<CountState>[] = [],
) {
  const counts = new Map<string, number>()
  const known = { partitions: 3, handovers: 3 }
  const options = {
    processor,
    group: 'g',
    service: 'test',
    partition,
    topics: TOPICS,
    marksOutput: false,
    place: followInput,
    outgoing: (): OutRecord[] => [],
    partitions: (topic: string) => (topic === TOPICS.handovers ? known.handovers : known.partitions),
    count: (name: string, by: number) => void counts.set(name, (counts.get(name) ?? 0) + by),
  }
  return {
    counts,
    known,
    processor: new PartitionProcessor(
      options,
      new Map(entries.map(entry => [entry.key, structuredClone(entry)])),
      { input: 0, handovers: 0 },
      new Set(poisonOffsets),
      countCheck,
    ),
  }
}

const chunk = (records: readonly LogRecord[]) => {
  const next = records.at(-1)!.offset + 1
  return { records, next, end: next, bytes: 0 }
}
const data = (offset: number, value: string, key = 'a'): LogRecord => ({
  offset,
  timestamp: 0,
  key,
  value: Buffer.from(value),
})
/** A record of the handovers topic, or a control record of the input as version 0.1 wrote it. */
const control = (offset: number, kind: string, value: object | string, key = 'a'): LogRecord => ({
  ...data(offset, typeof value === 'string' ? value : JSON.stringify({ pair: key, ...value }), key),
  headers: { control: kind },
})
const arrive = (offset: number, epoch: Epoch, from: number | null) => control(offset, 'arrive', { epoch, from })
const move = (offset: number, epoch: Epoch, to: number) => control(offset, 'move', { epoch, to })
const handover = (offset: number, epoch: Epoch, n: number, v = 1, key = 'a') => {
  const state = { v, config: 'counting', route: null, state: { n, sum: 0 } }
  return control(offset, 'handover', { group: 'g', epoch, lost: false, state }, key)
}
const ask = (offset: number, epoch: Epoch, after: number) =>
  control(offset, 'ask', { group: 'g', epoch, reply_to: 2, after })

/** What the next transaction would write. */
function take(of: PartitionProcessor<CountState>) {
  const { records, outputs, dueMs } = of.take('changelog')
  const all = records as OutRecord[]
  return { outputs: all.slice(0, outputs), states: all.slice(outputs), dueMs }
}
const outputs = (of: PartitionProcessor<CountState>) => take(of).outputs

/** What a transaction would write, briefly. */
const taken = (of: PartitionProcessor<CountState>): string[] =>
  outputs(of).map(({ topic, partition, value, headers }) => {
    const json =
      topic === TOPICS.deadLetters
        ? { reason: headers?.reason }
        : (JSON.parse(headers?.content ?? String(value)) as object)
    const { n, reason, lost, epoch } = json as { n?: number; reason?: string; lost?: boolean; epoch?: Epoch }
    return [topic, partition, n ?? reason ?? `${epoch} ${lost ? 'lost' : 'state'}`].join(' ')
  })

it('reports outputs as history only if all of them are rows that were due by then, without a handover', () => {
  const dueMs = (output: object) => (output as { value: number }).value
  const { processor: e } = processorOf({ ...counting, dueMs })
  expect(e.outputsWereDueBy(1e12)).toBe(false)
  e.input(chunk([arrive(0, [0, 0], null), data(1, '1000'), data(2, '2000'), data(3, '1500')]), 0)
  expect([1999, 2000].map(ms => e.outputsWereDueBy(ms))).toEqual([false, true])
  take(e)
  expect(e.outputsWereDueBy(1e12)).toBe(false)
  e.input(chunk([data(4, '1000')]), 0)
  expect(e.outputsWereDueBy(2000)).toBe(true)
  e.input(chunk([move(5, [1, 0], 2)]), 0)
  expect(e.outputsWereDueBy(2000)).toBe(false)
  const { processor: unknown } = processorOf()
  unknown.input(chunk([arrive(0, [0, 0], null), data(1, '1')]), 0)
  expect(unknown.outputsWereDueBy(1e12)).toBe(false)
})

it('processes records once that a reader repeats', () => {
  const { processor: e } = processorOf()
  e.input(chunk([arrive(0, [0, 0], null), data(1, '1'), data(2, '2')]), 0)
  e.input(chunk([data(1, '1'), data(2, '2'), data(3, '3')]), 0)
  expect(taken(e)).toEqual(['out 1 1', 'out 1 2', 'out 1 3'])
  expect(e.records).toBe(4)
})

describe('a partition that does not exist long after a record named it', () => {
  const known = (beforeMs: number) => processorOf(counting, [], new PartitionCountCheck(3, beforeMs)).processor

  it('makes the move to it a dead letter, and leaves the key where it is', () => {
    const e = known(1)
    e.input(chunk([arrive(0, [0, 0], null), data(1, '1'), move(2, [0, 1], 3), data(3, '2')]), 0)
    expect(taken(e)).toEqual(['out 1 1', 'dead 0 malformed', 'out 1 2'])
    e.input(chunk([move(4, [0, 1], 2)]), 0)
    expect(taken(e)).toEqual(['handovers 2 0,1 state'])
  })

  it('sends the state to it while the record is so new that the partition may exist by now', () => {
    const e = known(0)
    e.input(chunk([arrive(0, [0, 0], null), move(1, [0, 1], 3)]), 0)
    expect(taken(e)).toEqual(['handovers 3 0,1 state'])
  })

  it('makes a question from it a dead letter', () => {
    const { processor: e } = processorOf(counting, [], new PartitionCountCheck(2, 1))
    e.handovers(chunk([ask(0, [0, 1], -1)]))
    expect(taken(e)).toEqual(['dead 0 malformed'])
  })
})

describe('a log that interns keys', () => {
  /** The chunk's records have the number of their key in the list. */
  const withKeyIds = (records: readonly LogRecord[], keys: readonly string[], interner?: object) => {
    const withIds = records.map(r => ({ ...r, keyId: keys.indexOf(r.key!) }))
    return { ...chunk(records), records: Object.assign(withIds, { interner }) }
  }
  const both = [arrive(0, [0, 0], null), control(1, 'arrive', { epoch: [0, 0], from: null }, 'b')]
  const sums = (e: PartitionProcessor<CountState>) =>
    outputs(e).map(({ key, value }) => `${key} ${JSON.parse(String(value)).sum}`)

  it.each([
    ['another interner', {}],
    ['numbers of the chunk alone', undefined],
  ])('may change the ids of keys: %s', (_, next) => {
    const { processor: e } = processorOf()
    e.input(withKeyIds([...both, data(2, '1'), data(3, '10', 'b')], ['a', 'b'], next && {}), 0)
    e.input(withKeyIds([data(4, '2'), data(5, '20', 'b')], ['b', 'a'], next), 0)
    expect(sums(e)).toEqual(['a 1', 'b 10', 'a 33', 'b 330'])
  })

  it('writes every change of a state to the changelog, also on the fast path', () => {
    const { processor: e } = processorOf()
    const interner = {}
    const written = (records: readonly LogRecord[]) => {
      e.input(withKeyIds(records, ['a', 'b'], interner), 0)
      return take(e).states.map(({ key }) => key)
    }
    expect(written([...both, data(2, '1'), data(3, '2'), data(4, '3'), data(5, '4', 'b')])).toEqual(['a', 'b'])
    expect(written([data(6, '5'), data(7, '6')])).toEqual(['a'])
    e.timed.showLive()
    expect(written([data(8, '7', 'b')])).toEqual(['b'])
    e.input(withKeyIds([data(9, '8')], ['a', 'b'], interner), 0)
    e.timed.showLive()
    expect(written([data(10, '9')])).toEqual(['a'])
  })

  it('handles a key that moved away in between, and a poison record', () => {
    const { processor: e } = processorOf(counting, [4])
    const after = [move(6, [0, 1], 2), data(7, '3'), data(8, '4')]
    e.input(
      withKeyIds([...both, data(2, '1'), data(3, '2'), data(4, '9'), data(5, '5', 'b'), ...after], ['a', 'b'], {}),
      0,
    )
    const dead = ['dead 0 failed', 'dead 0 unmarked', 'dead 0 unmarked']
    expect(taken(e).filter(o => o.startsWith('dead'))).toEqual(dead)
    const { processor: other } = processorOf()
    other.input(withKeyIds([...both, data(2, '1'), data(3, '2'), data(5, '5', 'b'), ...after], ['a', 'b'], {}), 0)
    expect(taken(other).filter(o => o.startsWith('dead'))).toEqual(dead.slice(1))
  })

  it('puts a rejected record of a key on the fast path into the dead letters', () => {
    const { processor: e } = processorOf()
    e.input(withKeyIds([...both, data(2, '1'), data(3, '"x"'), data(4, '2')], ['a', 'b'], {}), 0)
    expect(taken(e)).toEqual(['out 1 1', 'dead 0 malformed', 'out 1 2'])
  })
})

describe('a key that leaves', () => {
  it('hands the state over to the partition that the move names', () => {
    const { processor: e } = processorOf()
    e.input(chunk([arrive(0, [0, 0], null), data(1, '5'), move(2, [1, 0], 2), data(3, '6')]), 0)
    const written = outputs(e)
    expect(written.map(({ topic, partition }) => `${topic} ${partition}`)).toEqual(['out 1', 'handovers 2', 'dead 0'])
    expect(JSON.parse(String(written[1]!.value))).toMatchObject({
      group: 'g',
      pair: 'a',
      epoch: [1, 0],
      lost: false,
      state: { v: 1, config: 'counting', state: { n: 1, sum: 5 } },
    })
  })
})

describe('a key that arrives', () => {
  it('publishes nothing before its state is there, and then everything', () => {
    const { processor: e } = processorOf()
    const held = [arrive(0, [1, 0], 0), data(1, '1'), data(2, '2')]
    e.input(chunk(held), 0)
    expect(taken(e)).toEqual([])
    e.handovers(chunk([handover(0, [1, 0], 10)]))
    expect(e.rereadRange()).toEqual({ from: 1, to: 3 })
    e.reread(held, 3)
    e.endReread()
    e.input(chunk([data(3, '3')]), 0)
    expect(taken(e)).toEqual(['out 1 11', 'out 1 12', 'out 1 13'])
  })

  it('copies a rejected record out of the memory that it was received in', () => {
    const { processor: e } = processorOf()
    const rejected = data(0, 'rubbish')
    e.input(chunk([rejected]), 0)
    rejected.value!.fill(0)
    expect(String(outputs(e)[0]!.value)).toBe('rubbish')
  })

  it('has one dead letter for each malformed record, though all are read twice', () => {
    const { processor: e } = processorOf()
    const held = [arrive(0, [1, 0], 0), control(1, 'watermark', '{'), data(2, 'x')]
    e.input(chunk(held), 0)
    e.handovers(chunk([handover(0, [1, 0], 10)]))
    e.reread(held, 3)
    e.endReread()
    expect(taken(e)).toEqual(['dead 0 malformed', 'dead 0 malformed'])
  })

  it('uses a state that came early, though a record in between was rejected', () => {
    const { processor: e } = processorOf()
    e.handovers(chunk([handover(0, [1, 0], 10)]))
    e.input(chunk([data(0, 'x'), arrive(1, [1, 0], 0), data(2, '1')]), 0)
    expect(taken(e)).toEqual(['dead 0 malformed', 'out 1 11'])
  })

  it('takes the route of a handover whose arrive retention has deleted, in either order of reading', () => {
    const route = { partition: 2, epoch: [0, 1], partitions: 3 }
    const state = { v: 1, config: 'counting', route, state: { n: 10, sum: 0 } }
    const routed = control(0, 'handover', { group: 'g', epoch: [1, 0], lost: false, state })
    const { processor: before } = processorOf()
    before.handovers(chunk([routed]))
    before.input(chunk([data(5, '1')]), 0)
    expect(taken(before)).toEqual(['out 2 1'])
    const { processor: after, counts } = processorOf()
    after.input(chunk([data(5, '1')]), 0)
    after.handovers(chunk([routed]))
    after.input(chunk([data(6, '1')]), 0)
    expect(taken(after)).toEqual(['out 1 1', 'out 2 2'])
    after.handovers(chunk([{ ...routed, offset: 1 }]))
    expect(counts.get('handovers_ignored')).toBe(1)
  })

  it('continues without a marker when retention may have deleted it, even if an older residency awaits its state', () => {
    const { processor: e, counts } = processorOf()
    e.input(chunk([arrive(0, [1, 0], 0), move(1, [2, 0], 2), data(2, '1')]), 0)
    expect(taken(e)).toEqual(['dead 0 unmarked'])
    e.truncate('input', 10)
    e.input(chunk([data(10, '1')]), 0)
    expect(taken(e)).toEqual(['out 1 1'])
    expect(counts.get('records_truncated')).toBe(7)
    e.handovers(chunk([handover(0, [1, 0], 10)]))
    e.endReread()
    expect(taken(e)).toEqual(['handovers 2 2,0 state'])
  })
})

it('reports to the processor once which keys may miss records, for live keys and for keys that are read again', () => {
  const missed: number[] = []
  const { processor: e, counts } = processorOf({ ...counting, missed: state => void missed.push(state.n) })
  const arrived = control(3, 'arrive', { epoch: [1, 0], from: 0 }, 'b')
  e.input(
    chunk([arrive(0, [0, 0], null), data(1, '1'), data(2, '2'), arrived, data(4, '1', 'b'), data(5, '2', 'b')]),
    0,
  )
  take(e)
  e.truncate('input', 9)
  expect(missed.splice(0)).toEqual([2])
  expect(take(e).states.map(({ key }) => key)).toEqual(['a'])
  e.handovers(chunk([handover(0, [1, 0], 10, 1, 'b')]))
  expect(e.rereadRange()).toEqual({ from: 4, to: 9 })
  e.truncateReread(5)
  expect(missed.splice(0)).toEqual([10])
  e.reread([data(5, '2', 'b')], 9)
  e.endReread()
  e.input(chunk([data(9, '3'), data(10, '3', 'b')]), 0)
  expect(missed).toEqual([])
  expect(taken(e)).toEqual(['out 1 11', 'out 1 3', 'out 1 12'])
  expect(counts.get('records_truncated')).toBe(3 + 1)
})

describe('a question for a state', () => {
  it('waits until the asked partition is read, and is answered once even if it was repeated', () => {
    const { processor: e } = processorOf()
    e.handovers(chunk([ask(0, [1, 0], 5), ask(1, [1, 0], 5)]))
    e.input(chunk([data(5, '1', 'b')]), 0)
    expect(taken(e)).toEqual(['out 1 1', 'handovers 2 1,0 lost'])
  })

  it('waits only for the offset that it named first, or repetitions would outrun a partition that lags', () => {
    const { processor: e } = processorOf()
    e.handovers(chunk([ask(0, [1, 0], 5), ask(1, [1, 0], 9)]))
    e.input(chunk([data(5, '1', 'b')]), 0)
    expect(taken(e)).toEqual(['out 1 1', 'handovers 2 1,0 lost'])
  })

  it('is not denied while the state is still to come, and is denied once it was handed over', () => {
    const { processor: e } = processorOf()
    e.input(chunk([arrive(0, [1, 0], 0), move(1, [2, 0], 2)]), 0)
    e.handovers(chunk([ask(0, [2, 0], 1)]))
    expect(taken(e)).toEqual([])
    e.handovers(chunk([handover(1, [1, 0], 10), ask(2, [2, 0], 1)]))
    expect(taken(e)).toEqual(['handovers 2 2,0 state', 'handovers 2 2,0 lost'])
  })
})

describe('a key without markers in a topic of several partitions', () => {
  const several = (partition = 1) => processorOf(counting, [], new PartitionCountCheck(3, 0), partition)
  const CLAIM = { group: 'g', offset: 5, since_ms: 1, held: false }
  const claim = (offset: number, partition: number, fields: object = {}) =>
    control(offset, 'claim', { ...CLAIM, partition, ...fields })
  const grant = (offset: number, fields: object) =>
    control(offset, 'grant', { group: 'g', offset: 5, epoch: [-1, 1], from: null, retired: false, ...fields })
  /** The reports of the other two partitions to the registrar. */
  const reports = (offset = 0, position = 0) =>
    [1, 2].map((partition, i) => control(offset + i, 'report', { group: 'g', partition, position }))
  /** The claims, grants and questions among the records of the next transaction, and its outputs. */
  const sent = (of: PartitionProcessor<CountState>) =>
    outputs(of).map(({ topic, partition, value, headers }) => {
      const { offset, epoch, from, n } = JSON.parse(String(value))
      return `${topic} ${partition} ${headers?.control ?? n} ${offset ?? ''} ${epoch ?? ''} ${from ?? ''}`.trim()
    })

  it('is claimed with its first record, and published once it is granted', () => {
    const { processor: e, counts } = several()
    const held = [data(5, '1'), data(6, '2')]
    e.input(chunk(held), 0)
    expect(sent(e)).toEqual(['handovers 0 claim 5'])
    e.handovers(chunk([grant(0, {})]))
    expect(e.rereadRange()).toEqual({ from: 5, to: 7 })
    e.reread(held, 7)
    e.endReread()
    expect(taken(e)).toEqual(['out 1 1', 'out 1 2'])
    expect([counts.get('claims'), counts.get('unmarked_keys')]).toEqual([1, 1])
  })

  it('continues with the state of the partition that it has left', () => {
    const { processor: e } = several()
    const held = [data(5, '1')]
    e.input(chunk(held), 0)
    e.handovers(chunk([grant(0, { epoch: [-1, 2], from: 0 })]))
    take(e)
    const [waiting] = e.awaiting()
    e.ask('a', waiting!.residency, 9)
    expect(outputs(e)).toMatchObject([{ topic: 'handovers', partition: 0, headers: { control: 'ask' } }])
    e.handovers(chunk([handover(1, [-1, 2], 10)]))
    e.reread(held, 6)
    e.endReread()
    expect(taken(e)).toEqual(['out 1 11'])
  })

  it('is handed over when the partition has been read as far as the question says, and claimed when it comes back', () => {
    const missed: number[] = []
    const noting = { ...counting, missed: (state: CountState) => void missed.push(state.n) }
    const { processor: e } = processorOf(noting, [], new PartitionCountCheck(3, 0))
    e.input(chunk([data(5, '1')]), 0)
    expect(sent(e)).toEqual(['handovers 0 claim 5'])
    e.handovers(chunk([grant(0, {})]))
    e.reread([data(5, '1')], 6)
    e.endReread()
    e.handovers(chunk([ask(1, [-1, 2], 7)]))
    expect(taken(e)).toEqual(['out 1 1'])
    e.input(chunk([data(7, '2')]), 0)
    expect(taken(e)).toEqual(['out 1 2', 'handovers 2 -1,2 state'])
    expect(missed).toEqual([2])
    e.input(chunk([data(8, '3')]), 0)
    expect(sent(e)).toEqual(['handovers 0 claim 8'])
  })

  it('is not created, nor claimed, by a record that the processor rejects', () => {
    const { processor: e } = several()
    e.input(chunk([data(5, 'rubbish')]), 0)
    expect(taken(e)).toEqual(['dead 0 malformed'])
    expect(e.keys).toBe(0)
  })

  it('stays a dead letter in a partition from which its writer has moved it away with a marker', () => {
    const { processor: e } = several()
    e.input(chunk([arrive(0, [0, 0], null), move(1, [1, 0], 2), data(2, '1')]), 0)
    expect(taken(e)).toEqual(['handovers 2 1,0 state', 'dead 0 unmarked'])
  })

  it('is granted to the partition with the oldest records, if several claim it when it is new', () => {
    const { processor: e } = several(0)
    e.handovers(chunk([...reports(), claim(2, 2, { since_ms: 30 }), claim(3, 1, { since_ms: 20 })]))
    e.grantClaims()
    expect(sent(e)).toEqual([])
    e.grantClaims()
    expect(sent(e)).toEqual(['handovers 1 grant 5 -1,1', 'handovers 2 grant 5 -1,2 1'])
    e.handovers(chunk([claim(4, 1, { offset: 8 })]))
    expect(sent(e)).toEqual(['handovers 1 grant 8 -1,3 2'])
  })

  it('is granted to the partition of the registrar in the same way', () => {
    const { processor: e } = several(0)
    e.handovers(chunk(reports()))
    e.input(chunk([data(0, '1')]), 0)
    e.grantClaims()
    e.grantClaims()
    e.reread([data(0, '1')], 1)
    e.endReread()
    expect(taken(e)).toEqual(['out 0 1'])
    e.handovers(chunk([claim(2, 2)]))
    expect(sent(e)).toEqual(['handovers 2 grant 5 -1,2 0'])
  })

  it('can be claimed from the registrar alone', () => {
    const { processor: e } = several(1)
    e.handovers(chunk([claim(0, 2)]))
    expect(taken(e)).toEqual(['dead 0 malformed'])
  })

  it('is claimed by a service that has its state from a version without claims', () => {
    const live = { epoch: null, from: null, start: 5, reread: null, end: null, to: null, next_epoch: null }
    const old = {
      key: 'a',
      left: null,
      early: [],
      residencies: [{ ...live, held: { route: null, state: { n: 7, sum: 0 } } }],
    }
    const { processor: e } = processorOf(counting, [], new PartitionCountCheck(3, 0), 1, [old])
    expect(sent(e)).toEqual(['handovers 0 claim 5'])
    e.handovers(chunk([grant(0, { epoch: [-1, 1] })]))
    e.input(chunk([data(9, '1')]), 0)
    expect(taken(e)).toEqual(['out 1 8'])
    const { processor: other, counts } = processorOf(counting, [], new PartitionCountCheck(3, 0), 1, [old])
    other.handovers(chunk([grant(0, { epoch: [-1, 1], retired: true })]))
    other.input(chunk([data(9, '1')]), 0)
    expect(sent(other)).toEqual(['handovers 0 claim 5', 'handovers 0 claim 9'])
    expect(counts.get('unmarked_keys_retired')).toBe(1)
  })

  it('continues with the newer of two states from a version without claims, because its windows would otherwise be published again', () => {
    const seen = { ...counting, seenMs: ({ n }: CountState) => n }
    const begun = (n: number): KeyEntry<CountState> => {
      const held = { route: null, state: { n, sum: 0 } }
      const residency = { epoch: null, from: null, start: 5, held, reread: null, end: null, to: null, next_epoch: null }
      return { key: 'a', left: null, early: [], residencies: [residency] }
    }
    for (const [own, others, granted] of [
      [7, 9, 'handovers 1 grant 5 -1,1'],
      [9, 7, 'handovers 1 grant 5 -1,0'],
    ] as const) {
      const { processor: registrar, counts } = processorOf(seen, [], new PartitionCountCheck(2, 0), 0, [begun(own)])
      const { processor: other } = processorOf(seen, [], new PartitionCountCheck(2, 0), 1, [begun(others)])
      const [claimed] = outputs(other)
      registrar.handovers(chunk([...reports(), control(2, 'claim', String(claimed!.value))]))
      expect(sent(registrar)).toEqual([granted])
      registrar.input(chunk([data(9, '1')]), 0)
      expect(sent(registrar)).toEqual(own > others ? [`out 0 ${own + 1}`] : [])
      expect(counts.get('unmarked_keys_retired')).toBe(own > others ? undefined : 1)
    }
  })

  it('goes on with the newer state, whichever of two partitions is claimed first, unless the older has overtaken it', () => {
    const seen = { ...counting, seenMs: ({ n }: CountState) => n }
    const begun = (n: number): KeyEntry<CountState> => {
      const held = { route: null, state: { n, sum: 0 } }
      const residency = { epoch: null, from: null, start: 5, held, reread: null, end: null, to: null, next_epoch: null }
      return { key: 'a', left: null, early: [], residencies: [residency] }
    }
    const of = (partition: number, entries: KeyEntry<CountState>[] = []) =>
      processorOf(seen, [], new PartitionCountCheck(3, 0), partition, entries).processor
    for (const processed of [0, 3]) {
      const [registrar, older, newer] = [of(0), of(1, [begun(7)]), of(2, [begun(9)])]
      registrar.handovers(chunk(reports()))
      let [at, offset] = [2, 20]
      /** Delivers every record that one of the tasks has sent. @returns the outputs */
      const deliver = () => {
        const tasks = [registrar, older, newer]
        const made: string[] = []
        for (let sending = true; sending; ) {
          const all = tasks.flatMap(task => outputs(task))
          sending = all.some(({ topic }) => topic === 'handovers')
          for (const { topic, partition, value, headers } of all)
            if (topic !== 'handovers') made.push(`${partition} ${JSON.parse(String(value)).n}`)
            else tasks[partition]!.handovers(chunk([control(at++, headers!.control!, String(value))]))
        }
        return made
      }
      registrar.handovers(chunk([control(at++, 'claim', String(outputs(older)[0]!.value))]))
      // The newer one's task starts later.
      take(newer)
      for (let looks = 0; looks < 2; looks++) registrar.grantClaims()
      deliver()
      for (let i = 0; i < processed; i++) older.input(chunk([data(offset++, '1')]), 0)
      deliver()
      for (let looks = 0; looks < 3; looks++) newer.grantClaims()
      deliver()
      const [kept, dropped] = processed > 0 ? [older, newer] : [newer, older]
      kept.input(chunk([data(offset++, '1')]), 0)
      expect(deliver()).toEqual([processed > 0 ? '1 11' : '2 10'])
      dropped.input(chunk([data(offset++, '1')]), 0)
      deliver()
      expect(dropped.awaiting()).toMatchObject([{ residency: { from: processed > 0 ? 1 : 2 } }])
    }
  })

  it('is claimed every three seconds until it is granted, as a registrar of a version without claims does not answer', () => {
    const held = { route: null, state: { n: 7, sum: 0 } }
    const live = { epoch: null, from: null, start: 5, held, reread: null, end: null, to: null, next_epoch: null }
    const old = { key: 'a', left: null, early: [], residencies: [live] }
    const { processor: e } = processorOf(counting, [], new PartitionCountCheck(3, 0), 1, [old])
    const looked = (times: number) => {
      for (let i = 0; i < times; i++) e.grantClaims()
      return sent(e)
    }
    expect(sent(e)).toEqual(['handovers 0 claim 5'])
    expect(looked(2)).toEqual([])
    expect(looked(1)).toEqual(['handovers 0 claim 5'])
    expect(looked(3)).toEqual(['handovers 0 claim 5'])
    e.handovers(chunk([grant(0, {})]))
    expect(looked(9)).toEqual([])
  })

  it('is not closed by time while it may be in a partition without a reader, unlike a key with markers', () => {
    const idle = { ...counting, idleWatermark: () => 7 }
    const { processor: e } = processorOf(idle, [], undefined, 0)
    const marked = [control(0, 'arrive', { epoch: [0, 0], from: null }, 'b'), data(1, '1', 'b')]
    e.input(chunk([...marked, data(2, '1', 'a')]), 0)
    e.handovers(chunk(reports()))
    take(e)
    const closed = (mayBeElsewhere: boolean) => {
      e.timed.closeIdle(1, 0, mayBeElsewhere)
      return outputs(e).map(({ key, headers }) => `${key} ${headers?.content}`)
    }
    expect(closed(true)).toEqual(['b {"pair":"b","watermark_ms":7,"idle":true}'])
    expect(closed(false)).toHaveLength(2)
  })

  it('is not closed by time before its grant if a version without claims has begun it outside of the registrar', () => {
    const idle = { ...counting, idleWatermark: () => 7 }
    const held = () => ({ route: null, state: { n: 7, sum: 0 } })
    const live = () => ({ epoch: null, from: null, start: 5, reread: null, end: null, to: null, next_epoch: null })
    const of = (partition: number) => {
      const old = { key: 'a', left: null, early: [], residencies: [{ ...live(), held: held() }] }
      const { processor: e } = processorOf(idle, [], new PartitionCountCheck(3, 0), partition, [old])
      take(e)
      return e
    }
    const closed = (e: ReturnType<typeof of>) => {
      e.timed.closeIdle(1, 0)
      return outputs(e).map(({ headers }) => headers?.control)
    }
    const [registrar, other] = [of(0), of(1)]
    expect(closed(other)).toEqual([])
    other.handovers(chunk([grant(0, {})]))
    expect(closed(other)).toEqual(['watermark'])
    // The registrar is granted nothing while no other partition claims the key.
    registrar.handovers(chunk(reports()))
    expect(closed(registrar)).toEqual(['watermark'])
    registrar.handovers(chunk([claim(2, 1), claim(3, 1, { offset: 9 })]))
    expect(closed(registrar)).toEqual(['grant', 'grant', 'watermark'])
  })

  it('is not closed by time in partition 0 before every partition has claimed its states, nor while a claim waits', () => {
    const idle = { ...counting, idleWatermark: () => 7 }
    const held = { route: null, state: { n: 7, sum: 0 } }
    const live = { epoch: null, from: null, start: 5, held, reread: null, end: null, to: null, next_epoch: null }
    const old = { key: 'a', left: null, early: [], residencies: [live] }
    const { processor: e } = processorOf(idle, [], new PartitionCountCheck(3, 0), 0, [old])
    const closed = () => {
      e.timed.closeIdle(1, 0)
      return outputs(e).map(({ headers, partition }) => `${headers?.control} ${partition}`)
    }
    expect(closed()).toEqual([])
    e.grantClaims()
    expect(closed()).toEqual(['survey 1', 'survey 2'])
    e.handovers(chunk([claim(0, 2, { held: true, since_ms: -9 }), ...reports(1)]))
    expect(closed()).toEqual([])
    e.grantClaims()
    e.grantClaims()
    expect(closed()).toEqual(['grant 2'])
  })

  it('is granted for the first time only when every partition has reported, once however often it was claimed', () => {
    const { processor: e, counts } = several(0)
    const looked = (times: number) => {
      for (let i = 0; i < times; i++) e.grantClaims()
      return sent(e)
    }
    e.handovers(chunk([claim(0, 2, { since_ms: 30 })]))
    expect(looked(30)).toEqual(['handovers 1 survey', 'handovers 2 survey'])
    const [, second] = reports()
    e.handovers(chunk([claim(1, 2, { since_ms: 2 ** 53 - 1 }), { ...second!, offset: 2 }]))
    expect(counts.get('reports_awaited:1')).toBeUndefined()
    expect(looked(2)).toEqual(['handovers 1 survey'])
    expect(counts.get('reports_awaited:1')).toBe(1)
    const newer = { offset: 3, held: true, since_ms: -40 }
    e.handovers(chunk([claim(3, 1, newer), ...reports(4)]))
    expect(looked(1)).toEqual(['handovers 1 grant 3 -1,1', 'handovers 2 grant 5 -1,2 1'])
    // All have reported, so that the next key waits for two looks only.
    e.handovers(chunk([control(6, 'claim', { ...CLAIM, partition: 2, offset: 6 }, 'b')]))
    expect(looked(2)).toEqual(['handovers 2 grant 6 -1,1'])
  })

  it('waits for the report of a partition that is added while it waits', () => {
    const { processor: e, known } = several(0)
    e.handovers(chunk([claim(0, 2)]))
    e.grantClaims()
    expect(sent(e)).toEqual(['handovers 1 survey', 'handovers 2 survey'])
    e.handovers(chunk([...reports(1), control(3, 'claim', { ...CLAIM, partition: 2, offset: 6 }, 'b')]))
    e.grantClaims()
    expect(sent(e)).toEqual(['handovers 2 grant 5 -1,1'])
    known.partitions = 4
    for (let looks = 0; looks < 3; looks++) e.grantClaims()
    // The handovers topic has not grown yet.
    expect(sent(e)).toEqual([])
    known.handovers = 4
    e.grantClaims()
    expect(sent(e)).toEqual(['handovers 3 survey'])
    e.handovers(chunk([control(4, 'report', { group: 'g', partition: 3, position: 0 })]))
    e.grantClaims()
    expect(sent(e)).toEqual(['handovers 2 grant 6 -1,1'])
  })

  it('waits for reports to this run of the registrar, because the claims before earlier reports are forgotten', () => {
    const { processor: e } = several(0)
    e.handovers(chunk([...reports(0, 17), claim(2, 2)]))
    for (let looks = 0; looks < 3; looks++) e.grantClaims()
    expect(sent(e)).toEqual(['handovers 1 survey', 'handovers 2 survey'])
  })

  it('is claimed again before its partition reports, so that a new run of the registrar knows of it', () => {
    const held = { route: null, state: { n: 7, sum: 0 } }
    const live = { epoch: null, from: null, start: 5, held, reread: null, end: null, to: null, next_epoch: null }
    const old = { key: 'a', left: null, early: [], residencies: [live] }
    const { processor: e } = processorOf(counting, [], new PartitionCountCheck(3, 0), 1, [old])
    take(e)
    const survey = (offset: number, position: number) => control(offset, 'survey', { group: 'g', position }, 'b')
    e.handovers(chunk([survey(0, 3), survey(1, 8)]))
    expect(outputs(e).map(({ key, partition, value }) => `${key} ${partition} ${value}`)).toEqual([
      'a 0 {"group":"g","pair":"a","partition":1,"offset":5,"since_ms":0,"held":true}',
      'b 0 {"group":"g","pair":"b","position":8,"partition":1}',
    ])
    e.handovers(chunk([control(2, 'report', { group: 'g', partition: 2, position: 0 })]))
    expect(taken(e)).toEqual(['dead 0 malformed'])
  })

  it('is granted at once if the registrar has had it since the topic had no other partition', () => {
    const { processor: e } = processorOf(counting, [], new PartitionCountCheck(1, 0), 0)
    e.input(chunk([data(0, '1')]), 0)
    take(e)
    e.handovers(chunk([...reports(), claim(2, 2)]))
    expect(sent(e)).toEqual(['handovers 2 grant 5 -1,1 0'])
  })

  it('loses no record when the registrar claims it although it was granted the key before', () => {
    const registration = { n: 1, owner: 0, from: null, claims: { 0: 3 } }
    const known = { key: 'a', left: null, early: [], residencies: [], registration }
    const { processor: e } = processorOf(counting, [], new PartitionCountCheck(3, 0), 0, [known])
    const records = [data(5, '1'), data(6, '2')]
    e.input(chunk(records), 0)
    expect(e.rereadRange()).toEqual({ from: 5, to: 7 })
    e.reread(records, 7)
    e.endReread()
    expect(taken(e)).toEqual(['out 0 1', 'out 0 2'])
  })

  it('of an epoch that no marker can have is malformed in a marker', () => {
    const { processor: e } = several()
    e.input(chunk([arrive(0, [-1, 5], null), move(1, [-1, 6], 2)]), 0)
    expect(taken(e)).toEqual(['dead 0 malformed', 'dead 0 malformed'])
  })
})

it('reports malformed control records to the processor, also markers among the skipped records', () => {
  for (const kind of ['arrive', 'move', 'watermark', 'handover']) {
    const missed: (number | undefined)[] = []
    const noting = {
      ...counting,
      missed: (_: CountState, record?: LogRecord) => void missed.push(record?.offset),
      control: (_: CountState, name: string) => {
        if (name !== 'watermark') throw new Rejected('malformed', `unknown ${name}`)
      },
    }
    const { processor: e } = processorOf(noting)
    const skipped = [data(1, '1'), control(2, kind, '{'), data(3, '2')]
    e.input(chunk([arrive(0, [1, 0], 0), ...skipped]), 0)
    expect(taken(e)).toEqual(['dead 0 malformed'])
    e.handovers(chunk([handover(0, [1, 0], 10)]))
    e.reread(skipped, 4)
    e.endReread()
    expect(taken(e)).toEqual(['out 1 11', 'out 1 12'])
    expect(missed).toEqual([2])
  }
})

describe('an error', () => {
  const brittle: Processor<CountState> = {
    ...counting,
    control: () => {
      throw new TypeError('a bug')
    },
  }

  it('of the processor makes the record a dead letter at the second attempt, and the key still has its birth', () => {
    const records = [arrive(0, [0, 0], null), data(1, '1')]
    expect(() => processorOf(brittle).processor.input(chunk(records), 0)).toThrow(ProcessorFailed)
    const { processor: e, counts } = processorOf(brittle, [0])
    e.input(chunk(records), 0)
    expect(taken(e)).toEqual(['dead 0 failed', 'out 1 1'])
    expect(counts.has('unmarked_keys')).toBe(false)
  })

  it('about a state of a newer service stops the task, and makes no record a dead letter', () => {
    const late = processorOf().processor
    late.input(chunk([arrive(0, [1, 0], 0)]), 0)
    expect(() => late.handovers(chunk([handover(7, [1, 0], 1, 2)]))).toThrow(StateRefused)
    const early = processorOf().processor
    early.handovers(chunk([handover(7, [1, 0], 1, 2)]))
    expect(() => early.input(chunk([arrive(0, [1, 0], 0)]), 0)).toThrow(StateRefused)
  })
})

it('counts keys whose next output is overdue, up to an hour, and remembers when each output was due', () => {
  const dueAt = 1_000_000
  const timed = { ...counting, dueMs: () => dueAt, nextDueMs: ({ n }: CountState) => (n > 1 ? null : dueAt) }
  const { processor: e } = processorOf(timed)
  e.input(chunk([arrive(0, [0, 0], null), data(1, '1'), data(2, '1', 'b'), data(3, '1', 'c'), data(4, '2', 'c')]), 0)
  expect([0, 10_000, 10_001, 3_599_999, 3_600_000].map(late => e.timed.overdue(dueAt + late))).toEqual([0, 0, 2, 2, 0])
  expect(processorOf().processor.timed.overdue(dueAt + 20_000)).toBe(0)
  expect(take(e).dueMs).toEqual([dueAt, dueAt, dueAt, dueAt])
  expect(take(e).dueMs).toEqual([])
})

describe('a control record of the input whose content is in its header', () => {
  const newer = (offset: number, kind: string, content: object, key = 'a'): LogRecord => ({
    ...data(offset, '', key),
    value: null,
    headers: { control: kind, content: JSON.stringify({ pair: key, ...content }) },
  })

  it('is read, and so is content that version 0.1 wrote into the value', () => {
    const { processor: of } = processorOf()
    of.input(chunk([arrive(0, [0, 0], null), data(1, '1'), newer(2, 'move', { epoch: [1, 0], to: 2 })]), 0)
    of.input(chunk([newer(3, 'arrive', { epoch: [2, 0], from: 2 }), data(4, '2'), move(5, [3, 0], 2)]), 0)
    expect(taken(of)).toEqual(['out 1 1', 'handovers 2 1,0 state'])
    of.handovers(chunk([handover(0, [2, 0], 1)]))
    expect(of.rereadRange()).toEqual({ from: 4, to: 5 })
  })

  it('is an unchanged dead letter, and does not change its key, if it also has a value', () => {
    const { processor: of } = processorOf()
    of.input(chunk([newer(0, 'arrive', { epoch: [0, 0], from: null }), data(1, '1')]), 0)
    take(of)
    const both = { ...newer(2, 'move', { epoch: [1, 0], to: 2 }), value: Buffer.from('{}') }
    const keyless = { ...newer(3, 'move', { epoch: [1, 0], to: 2 }), key: null }
    of.input(chunk([both, keyless, { ...keyless, offset: 4, key: 'a', headers: { control: 'move', content: '[' } }]), 0)
    const { outputs: letters, states } = take(of)
    expect(
      letters.map(({ topic, key, value, headers }) => [topic, key, value && String(value), headers?.reason]),
    ).toEqual([
      [TOPICS.deadLetters, 'a', '{}', 'malformed'],
      [TOPICS.deadLetters, null, null, 'malformed'],
      [TOPICS.deadLetters, 'a', null, 'malformed'],
    ])
    expect(letters.map(({ headers }) => JSON.parse(String(headers?.source_headers)))).toEqual([
      both.headers,
      keyless.headers,
      { control: 'move', content: '[' },
    ])
    expect(letters.every(({ headers }) => headers?.control === undefined)).toBe(true)
    expect(states).toEqual([])
    of.input(chunk([data(5, '2')]), 0)
    expect(taken(of)).toEqual(['out 1 2'])
  })
})

describe('a key that is reserved in the changelog', () => {
  it.each(['\u0000position', '\u0000barrier', '\u0000'])('%j is a dead letter, whatever has it', key => {
    const { processor } = processorOf()
    const markers = [
      control(1, 'arrive', { epoch: [0, 0], from: null }, key),
      control(2, 'move', { epoch: [0, 1], to: 2 }, key),
    ]
    processor.input(chunk([data(0, '1', key), ...markers, data(3, '1')]), 0)
    processor.handovers(chunk([handover(0, [0, 1], 5, 1, key)]))
    const { outputs: written, states } = take(processor)
    expect(written.filter(r => r.topic === TOPICS.deadLetters).map(r => r.headers?.reason)).toEqual(
      Array.from({ length: 4 }, () => 'malformed'),
    )
    expect(states.map(r => r.key)).toEqual(['a'])
  })
})

it('writes a state that is larger than a record in parts, and says with which key, size and setting', () => {
  const padded = (length: number): Processor<CountState> => ({
    ...counting,
    initial: () => ({ ...counting.initial('a'), padding: 'x'.repeat(length) }) as CountState,
  })
  for (const [length, parts] of [
    [500_000, 0],
    [1_100_000, 3],
  ] as const) {
    const { processor, counts } = processorOf(padded(length))
    processor.input(chunk([data(0, '1')]), 0)
    const { largest, hasParts, records } = processor.take('changelog')
    expect([largest.bytes > length, hasParts]).toEqual([true, parts > 0])
    const states = [...(records as OutRecord[])].filter(({ topic }) => topic === 'changelog')
    expect(states.map(({ key }) => key)).toEqual([...Array.from({ length: parts }, (_, i) => `\u0000part/${i}/a`), 'a'])
    expect(Math.max(...states.map(({ value }) => value!.length))).toBeLessThanOrEqual(512 << 10)
    const names = [...counts.keys()].filter(name => name.startsWith('large_states'))
    const text = `large_states:a, ${largest.bytes} bytes in 3 records, with the setting counting`
    expect(names).toEqual(parts > 0 ? [text] : [])
  }
})

it('says in a dead letter how much of its detail and of its headers is left out', () => {
  const wordy: Processor<CountState> = {
    ...counting,
    process() {
      throw new Rejected('malformed', 'x'.repeat(600))
    },
  }
  const { processor } = processorOf(wordy)
  processor.input(chunk([{ ...data(0, '1'), headers: { long: 'y'.repeat(70_000) } }]), 0)
  const [letter] = take(processor).outputs
  expect(letter?.headers?.detail).toBe(`${'x'.repeat(500)}… (100 characters more)`)
  expect(letter?.headers?.headers_cut_from_characters).toBe(String('{"long":""}'.length + 70_000))
})
