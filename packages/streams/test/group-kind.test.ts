import fc from 'fast-check'
import { expect, it } from 'vitest'
import { assignWithin, prevailingKind } from '../src/group-kind.ts'
import type { Member, MemberData } from '../src/index.ts'

const CANDLES = { service: 'candles', topic: 'trades' }
const INDICATORS = { service: 'technical-indicators', topic: 'candles' }
const member = (id: string, data: Partial<MemberData> = {}): Member => ({
  id,
  data: { own: [], gen: 0, load: {}, ...data },
})

it('finds that a group belongs to the kind with the most tasks, for any order of the members', () => {
  const one = fc.record({ kind: fc.constantFrom(CANDLES, INDICATORS), own: fc.array(fc.nat(5)) })
  fc.assert(
    fc.property(fc.array(one, { minLength: 1 }), members => {
      const all = members.map(({ kind, own }, i) => member(`m${i}`, { ...kind, own }))
      const tasks = (service: string) =>
        all.filter(m => m.data.service === service).reduce((sum, m) => sum + m.data.own.length, 0)
      const services = new Set(all.map(m => m.data.service))
      const most = tasks('candles') >= tasks('technical-indicators') ? 'candles' : 'technical-indicators'
      const expected = services.size === 1 ? all[0]!.data.service : most
      expect(prevailingKind(all)?.service).toBe(expected)
      expect(prevailingKind(all.toReversed())?.service).toBe(expected)
    }),
  )
})

it('gives all partitions to members of its kind and to members of 0.1, and none to others', () => {
  const plan = assignWithin(CANDLES)(4, [
    member('a', { ...CANDLES, own: [0, 1] }),
    member('old', { own: [2, 3] }),
    member('other', INDICATORS),
  ])
  expect(Object.fromEntries(plan)).toEqual({ a: [0, 1], old: [2, 3], other: [] })
})

it('takes nothing from the running tasks of another kind when it leads their group', () => {
  const running = [member('a', { ...CANDLES, own: [0, 2] }), member('b', { ...CANDLES, own: [1], held: [3] })]
  const plan = assignWithin(INDICATORS)(1, [member('leader', INDICATORS), ...running])
  expect(Object.fromEntries(plan)).toEqual({ a: [0, 2], b: [1, 3], leader: [] })
})

it('assigns within a group of 0.1 as before', () => {
  expect(prevailingKind([member('a'), member('b')])).toBeUndefined()
  expect(assignWithin(CANDLES)(2, [member('a'), member('b')]).size).toBe(2)
})
