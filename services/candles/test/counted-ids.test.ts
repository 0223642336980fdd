import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addId, isCounted, oldestKnown } from '../src/counted-ids.ts'
import { IDS_FROM, IDS_TO } from '../src/open-window.ts'
import { initialState, type PairState } from '../src/pair-state.ts'
import { PAIR } from './harness.ts'

const MOST = 60
const isIn = (state: PairState, id: number): boolean => id <= state.window[IDS_TO]! && isCounted(state, id)

/** The ids as ascending ranges: neighbours are of one range. */
function ranges(ids: Iterable<number>): number[] {
  const found: number[] = []
  for (const id of [...ids].sort((a, b) => a - b))
    if (found.at(-1) === id - 1) found[found.length - 1] = id
    else found.push(id, id)
  return found
}

it('knows which ids were counted, for any order of them, in as few ranges as possible', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(MOST)), ids => {
      const state = initialState(PAIR, { baseMs: 60_000, all: [], bars: [] })
      const counted = new Set<number>()
      for (const id of ids) {
        addId(state, { trade_id: id, content_hash: 1 })
        counted.add(id)
        const newest = [state.window[IDS_FROM]!, state.window[IDS_TO]!]
        expect([...state.counted, ...newest]).toEqual(ranges(counted))
        expect(oldestKnown(state)).toBe(Math.min(...counted))
      }
      for (let id = 0; id <= MOST; id++) expect(isIn(state, id)).toBe(counted.has(id))
    }),
  )
})

it('forgets the oldest range when there are more than a hundred', () => {
  const state = initialState(PAIR, { baseMs: 60_000, all: [], bars: [] })
  const forgotten = Array.from({ length: 150 }, (_, i) => addId(state, { trade_id: 2 * i, content_hash: 1 })).filter(
    Boolean,
  ).length
  expect(forgotten).toBe(50)
  expect(state.counted).toHaveLength(2 * 99)
  expect([oldestKnown(state), isIn(state, 100), isIn(state, 98)]).toEqual([100, true, false])
  addId(state, { trade_id: 101, content_hash: 1 })
  expect(state.counted).toHaveLength(2 * 98)
})
