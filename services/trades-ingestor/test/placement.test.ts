import { expect, it } from 'vitest'
import { balancedPlacement, type Placed } from '../src/placement.ts'

const always = () => true
const pairs = (...rates: number[]): Placed[] => rates.map((rate, i) => ({ pair: `P${i}`, partition: null, rate }))
const placed = (all: readonly Placed[], plan: ReadonlyMap<string, number>): Placed[] =>
  all.map(p => ({ ...p, partition: plan.get(p.pair) ?? null }))
const loads = (all: readonly Placed[], count: number): number[] =>
  Array.from({ length: count }, (_, i) => all.filter(p => p.partition === i).reduce((sum, p) => sum + p.rate, 0))

it('spreads new pairs evenly, also pairs without trades', () => {
  expect([...balancedPlacement(pairs(0, 0, 0), 3, always).values()].sort()).toEqual([0, 1, 2])
  const all = pairs(9, 8, 3, 3, 2, 1)
  expect(loads(placed(all, balancedPlacement(all, 2, always)), 2)).toEqual([13, 13])
})

it('puts a new pair on the least loaded partition and does not move the others', () => {
  const old = placed(
    pairs(5, 1, 1),
    new Map([
      ['P0', 0],
      ['P1', 1],
      ['P2', 1],
    ]),
  )
  const plan = balancedPlacement([...old, { pair: 'NEW', partition: null, rate: 0 }], 2, pair => pair === 'NEW')
  expect(Object.fromEntries(plan)).toEqual({ P0: 0, P1: 1, P2: 1, NEW: 1 })
})

it('moves as few pairs as needed when partitions are added', () => {
  const all = pairs(...Array.from({ length: 40 }, () => 1))
  const before = placed(all, balancedPlacement(all, 4, always))
  const after = placed(before, balancedPlacement(before, 5, always))
  expect(after.filter((p, i) => p.partition !== before[i]?.partition)).toHaveLength(8)
  expect(loads(after, 5)).toEqual([8, 8, 8, 8, 8])
})

it('does not move pairs that are not movable, nor for a small imbalance', () => {
  const all = placed(
    pairs(10, 1, 10),
    new Map([
      ['P0', 0],
      ['P1', 0],
      ['P2', 1],
    ]),
  )
  expect(balancedPlacement(all, 2, always).get('P1')).toBe(0)
  expect(balancedPlacement(all, 3, () => false).get('P0')).toBe(0)
  expect(new Set(balancedPlacement(all, 3, always).values()).size).toBe(3)
})

it('gives the same plan for the same pairs in another order', () => {
  const all = pairs(3, 1, 4, 1, 5, 9, 2, 6)
  const plan = balancedPlacement(all, 3, always)
  expect(new Map([...balancedPlacement([...all].reverse(), 3, always)].sort())).toEqual(new Map([...plan].sort()))
})
