import { describe, expect, it } from 'vitest'
import { transactionalProducer } from '../../src/client/transactional-producer.ts'
import { Fenced } from '../../src/log.ts'
import { type Script, scriptedCluster } from './scripted-cluster.ts'

const CONCURRENT_TRANSACTIONS = 51
const NOT_COORDINATOR = 16
const INVALID_PRODUCER_EPOCH = 47
const TOPIC_AUTHORIZATION_FAILED = 29
const GROUP_AUTHORIZATION_FAILED = 30
const TRANSACTIONAL_ID_AUTHORIZATION_FAILED = 53

const RECORDS = [{ topic: 't', partition: 0, key: 'k', value: 'v' }]
const OFFSETS = { group: 'candles', positions: [{ topic: 'trades', partition: 0, offset: 3 }] }
const WITHOUT_OFFSETS = ['AddPartitionsToTxn', 'Produce', 'EndTxn']

async function producer(script: Script) {
  const { cluster, calls } = scriptedCluster(script)
  const reported: string[] = []
  const made = await transactionalProducer(cluster, 'candles-0', message => void reported.push(message))
  /** The calls of one transaction, without repetitions. */
  const transact = async (...of: Parameters<typeof made.transact>) => {
    calls.length = 0
    const offset = await made.transact(...of)
    return { offset, calls: calls.filter((call, i) => call !== calls[i - 1]) }
  }
  return { transact, calls, reported }
}

const closed = (): Error =>
  Object.assign(new Error('closed'), {
    name: 'KafkaJSConnectionClosedError',
    retriable: true,
    host: 'kafka',
    port: 9092,
  })

it('adds partitions, produces, commits offsets and ends the transaction, in this order', async () => {
  const { transact, calls } = await producer(() => undefined)
  expect(calls).toEqual(['FindCoordinator', 'InitProducerId'])
  expect(await transact(RECORDS, OFFSETS)).toEqual({
    offset: 7,
    calls: ['AddPartitionsToTxn', 'Produce', 'AddOffsetsToTxn', 'FindCoordinator', 'TxnOffsetCommit', 'EndTxn'],
  })
  // The coordinators are known by now.
  expect((await transact([], OFFSETS)).calls).toEqual(['AddOffsetsToTxn', 'TxnOffsetCommit', 'EndTxn'])
  expect(await transact([])).toEqual({ offset: undefined, calls: [] })
})

describe('while the group is completing a rebalance', () => {
  it.each([
    ['AddOffsetsToTxn', ['AddPartitionsToTxn', 'Produce', 'AddOffsetsToTxn', 'EndTxn']],
    [
      'TxnOffsetCommit',
      ['AddPartitionsToTxn', 'Produce', 'AddOffsetsToTxn', 'FindCoordinator', 'TxnOffsetCommit', 'EndTxn'],
    ],
  ])('commits without the offsets when %s is refused for longer than a moment', async (refused, expected) => {
    let isRebalancing = true
    const { transact, reported } = await producer(request =>
      request === refused && isRebalancing ? CONCURRENT_TRANSACTIONS : undefined,
    )
    const before = performance.now()
    expect(await transact(RECORDS, OFFSETS)).toEqual({ offset: 7, calls: expected })
    expect(performance.now() - before).toBeLessThan(1000)
    expect(reported).toEqual(['Group candles is completing a rebalance: its offsets follow in the next transaction'])
    isRebalancing = false
    expect((await transact(RECORDS, OFFSETS)).calls).toContain('TxnOffsetCommit')
    expect(reported).toHaveLength(1)
  })

  it.each(['AddOffsetsToTxn', 'TxnOffsetCommit'])(
    'commits the offsets when %s is refused for a moment',
    async refused => {
      const { transact, reported } = await producer((request, times) =>
        request === refused && times < 5 ? CONCURRENT_TRANSACTIONS : undefined,
      )
      expect((await transact(RECORDS, OFFSETS)).calls).toContain('TxnOffsetCommit')
      expect(reported).toEqual([])
    },
  )

  it('does not end a transaction without records and offsets', async () => {
    const { transact } = await producer(request =>
      request === 'AddOffsetsToTxn' ? CONCURRENT_TRANSACTIONS : undefined,
    )
    expect((await transact([], OFFSETS)).calls).toEqual(['AddOffsetsToTxn'])
  })
})

it('waits while the previous transaction is being completed', async () => {
  const { transact } = await producer((request, times) =>
    ['InitProducerId', 'AddPartitionsToTxn', 'EndTxn'].includes(request) && times < 4
      ? CONCURRENT_TRANSACTIONS
      : undefined,
  )
  expect((await transact(RECORDS)).calls).toEqual(WITHOUT_OFFSETS)
})

it.each([
  ['has moved', () => NOT_COORDINATOR],
  ['closes the connection', closed],
])('looks the coordinator up again when it %s, and repeats the request', async (_, failure: () => number | Error) => {
  const script: Script = (request, times) => (request === 'EndTxn' && times === 1 ? failure() : undefined)
  const { transact } = await producer(script)
  expect((await transact(RECORDS)).calls).toEqual([...WITHOUT_OFFSETS, 'FindCoordinator', 'EndTxn'])
})

it('is fenced by a newer producer, and accepts no other transaction', async () => {
  const { transact } = await producer(request => (request === 'EndTxn' ? INVALID_PRODUCER_EPOCH : undefined))
  await expect(transact(RECORDS)).rejects.toThrow(Fenced)
  await expect(transact(RECORDS)).rejects.toThrow('The producer of candles-0 is failed: make another one')
})

it.each([
  ['AddPartitionsToTxn', TOPIC_AUTHORIZATION_FAILED, 'write topic t'],
  ['AddOffsetsToTxn', GROUP_AUTHORIZATION_FAILED, 'commit offsets of group candles'],
  ['TxnOffsetCommit', GROUP_AUTHORIZATION_FAILED, 'commit offsets of group candles'],
  ['TxnOffsetCommit', TOPIC_AUTHORIZATION_FAILED, 'read topic trades'],
])('says what it is not authorized to when %s is denied (%i)', async (denied, code, what) => {
  const { transact } = await producer(request => (request === denied ? code : undefined))
  await expect(transact(RECORDS, OFFSETS)).rejects.toThrow(`Not authorized to ${what}`)
})

it('names the denied transactional id', async () => {
  await expect(
    producer(request => (request === 'InitProducerId' ? TRANSACTIONAL_ID_AUTHORIZATION_FAILED : undefined)),
  ).rejects.toThrow('Not authorized to use transactional id candles-0')
})
