import { describe, expect, it } from 'vitest'
import { runHistory } from './history.ts'

const FIXED = 1000
const FRESH = 400

/** A failing seed is told by its name, and `npm run simulate -- --seed N` prints its story. */
async function check(from: number, count: number): Promise<void> {
  for (let seed = from; seed < from + count; seed++) {
    const { problems } = await runHistory(seed)
    expect(
      problems.map(p => p.text),
      `npm run simulate -- --seed ${seed}`,
    ).toEqual([])
  }
}

describe('every candle and feature row once, and right, in', () => {
  it(`${FIXED} fixed histories`, () => check(1, FIXED), 120_000)

  it(`${FRESH} fresh histories`, () => check(Math.floor(Math.random() * 1e9), FRESH), 120_000)

  it('the same history whenever a seed is run', async () => {
    for (const seed of [7, 8, 9]) {
      const [once, again] = [await runHistory(seed), await runHistory(seed)]
      expect(again.story()).toEqual(once.story())
    }
  })
})
