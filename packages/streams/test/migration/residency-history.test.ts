import { expect, it } from 'vitest'
import type { LogRecord } from '../../src/index.ts'
import { ResidencyHistories } from '../../src/migration/residency-history.ts'

type Line = 'data' | { readonly control: string; readonly [field: string]: unknown }

/** Records of key k, written a second after one another from `at` on; the first has offset 10. */
const records = (at: number, ...lines: readonly Line[]): LogRecord[] =>
  lines.map((line, i) => {
    const { control, ...value } = typeof line === 'string' ? {} : line
    return {
      offset: 10 + i,
      timestamp: (at + i) * 1000,
      key: 'k',
      value: Buffer.from(JSON.stringify({ pair: 'k', ...value })),
      ...(typeof control === 'string' && { headers: { control } }),
    }
  })

const birth: Line = { control: 'arrive', epoch: [0, 0], from: null }
const arrive = (n: number): Line => ({ control: 'arrive', epoch: [0, n], from: 9 })
const move = (n: number): Line => ({ control: 'move', epoch: [0, n], to: 9 })

/** @returns the residencies that the partitions' records tell of, as [partition, from, to]. */
function residencies(...partitions: readonly LogRecord[][]): number[][] {
  const found = new ResidencyHistories(new Set(['k']))
  for (const [p, list] of partitions.entries()) for (const record of list) found.take(p, [record])
  return found.of('k').map(({ partition, from, to }) => [partition, from, to])
}

it('orders residencies by epoch and not by timestamps', () => {
  const there = records(900, birth, 'data', move(1), arrive(2), 'data', 'data')
  expect(residencies(there, records(0, arrive(1), 'data', move(2)))).toEqual([
    [0, 10, 12],
    [1, 10, 12],
    [0, 13, 16],
  ])
})

it('begins at the first retained record', () => {
  expect(residencies(records(0, arrive(2), 'data'), records(0, 'data', 'data', move(2)))).toEqual([
    [1, 10, 12],
    [0, 10, 12],
  ])
})

it('begins again at a birth, and leaves out records after the key has left', () => {
  expect(residencies(records(0, 'data', 'data'), records(5, birth, 'data', move(1), 'data', 'data'))).toEqual([
    [1, 10, 12],
  ])
})

it('orders residencies by their first records if there are no markers', () => {
  expect(residencies(records(50, 'data'), records(0, 'data', 'data'), records(30, 'data'))).toEqual([
    [1, 10, 12],
    [2, 10, 11],
    [0, 10, 11],
  ])
})

it('ignores other keys and malformed records', () => {
  const rubbish = { ...records(0, 'data')[0]!, value: Buffer.from('{'), headers: { control: 'move' } }
  const other = { ...rubbish, key: 'x', headers: undefined }
  expect(residencies([rubbish, other, ...records(0, 'data')])).toEqual([[0, 10, 11]])
})
