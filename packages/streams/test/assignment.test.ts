import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignPartitions } from '../src/assignment.ts'
import type { Member, MemberData } from '../src/index.ts'

const member = (id: string, data: Partial<MemberData> = {}): Member => ({
  id,
  data: { own: [], gen: 0, load: {}, ...data },
})

/** Members that know what they were given. */
function settled(count: number, members: number, load: Readonly<Record<number, number>> = {}): Member[] {
  const plan = assignPartitions(
    count,
    Array.from({ length: members }, (_, i) => member(`m${i}`)),
  )
  return [...plan].map(([id, own]) => member(id, { own, gen: 1, load: pick(load, own) }))
}

const pick = (load: Readonly<Record<number, number>>, own: readonly number[]) =>
  Object.fromEntries(own.map(p => [p, load[p] ?? 0]))

const moved = (before: readonly Member[], after: ReadonlyMap<string, readonly number[]>): number =>
  before.reduce((sum, m) => sum + m.data.own.filter(p => !after.get(m.id)?.includes(p)).length, 0)

describe('assignPartitions', () => {
  it('gives every partition to exactly one member, whatever the members claim', () => {
    const claim = fc.record({
      own: fc.array(fc.integer({ min: -1, max: 20 })),
      gen: fc.integer({ min: -1, max: 5 }),
      load: fc.dictionary(fc.stringMatching(/^[0-9]$/), fc.nat(100_000)),
    })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 16 }), fc.array(claim, { minLength: 1, maxLength: 6 }), (count, claims) => {
        const plan = assignPartitions(
          count,
          claims.map((c, i) => member(`m${i}`, c)),
        )
        const given = [...plan.values()].flat().sort((a, b) => a - b)
        expect(given).toEqual(Array.from({ length: count }, (_, p) => p))
        expect(plan.size).toBe(claims.length)
      }),
    )
  })

  it('changes nothing when nothing has changed', () => {
    for (const members of [1, 2, 3, 5]) {
      const before = settled(12, members)
      expect(moved(before, assignPartitions(12, before))).toBe(0)
    }
  })

  it('leaves no member idle while another has several partitions', () => {
    for (const members of [2, 3, 4]) {
      const sizes = settled(4, members).map(m => m.data.own.length)
      expect(Math.min(...sizes)).toBeGreaterThan(0)
    }
  })

  it('moves about 1/(N+1) of the partitions to a newcomer, and none between the others', () => {
    for (const [count, members] of [
      [12, 1],
      [12, 2],
      [12, 3],
      [30, 4],
    ] as const) {
      const before = settled(count, members)
      const after = assignPartitions(count, [...before, member('new')])
      expect(after.get('new')).toHaveLength(Math.floor(count / (members + 1)))
      expect(moved(before, after)).toBe(after.get('new')!.length)
    }
  })

  it('shares what a leaver had without moving the rest', () => {
    const before = settled(12, 4)
    const stay = before.slice(1)
    const after = assignPartitions(12, stay)
    expect(moved(stay, after)).toBe(0)
    expect([...after.values()].map(own => own.length).sort()).toEqual([4, 4, 4])
  })

  it('weighs partitions by their load', () => {
    const load = { 0: 8000, 1: 1000, 2: 1000, 3: 1000, 4: 1000, 5: 1000 }
    const before = [member('a', { own: [0, 1, 2, 3, 4, 5], gen: 1, load })]
    const after = assignPartitions(6, [...before, member('b')])
    const shares = [...after.values()].map(own => own.reduce((sum, p) => sum + (load[p as keyof typeof load] ?? 0), 0))
    expect(Math.max(...shares)).toBeLessThanOrEqual(8000)
  })

  it('believes the claim of the latest generation', () => {
    const zombie = member('a', { own: [0, 1], gen: 3 })
    const owner = member('b', { own: [0, 1], gen: 7 })
    const after = assignPartitions(2, [zombie, owner])
    expect(after.get('a')).toHaveLength(1)
    expect(after.get('b')).toHaveLength(1)
    expect(assignPartitions(1, [zombie, owner]).get('b')).toEqual([0])
  })
})
