import { expect, it } from 'vitest'
import { StateCodec } from '../src/state/state-codec.ts'
import { counting } from './counting.ts'

it('tells the processor of stored states whose keys have no markers', () => {
  const unmarked: number[] = []
  const codec = new StateCodec({ ...counting, unmarked: ({ n }) => void unmarked.push(n) }, 'changelog/1')
  const residencyOf = (n: number, epoch: readonly [number, number] | null) => {
    const held = { route: null, state: { n, sum: 0 } }
    return { ...{ epoch, from: null, start: 5, held }, ...{ reread: null, end: null, to: null, next_epoch: null } }
  }
  const residencies = [residencyOf(1, [0, 0]), residencyOf(2, [-1, 4]), residencyOf(3, null)]
  codec.decode('a', codec.encode({ key: 'a', left: null, early: [], residencies }))
  expect(unmarked).toEqual([2, 3])
})
