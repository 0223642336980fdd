import { describe, expect, inject, it } from 'vitest'
import { runHistory } from './history.ts'

const { fixedSeeds, freshSeeds } = inject('exploration')

/** The failure message names the seed; `npm run simulate -- --seed N` replays it. */
async function check(first: number, last: number): Promise<void> {
  for (let seed = first; seed <= last; seed++) {
    const { problems } = await runHistory(seed)
    expect(
      problems.map(p => p.text),
      `npm run simulate -- --seed ${seed}`,
    ).toEqual([])
  }
}

describe('every candle and feature row once, and right, in', () => {
  const { first, last } = fixedSeeds
  it(`the histories of seeds ${first} to ${last}`, () => check(first, last), 600_000)

  const random = Math.floor(Math.random() * 1e9)
  it(`${freshSeeds} histories of fresh seeds`, () => check(random, random + freshSeeds - 1), 600_000)

  it('the same history whenever a seed is run', async () => {
    for (const seed of [7, 8, 9]) {
      const [once, again] = [await runHistory(seed), await runHistory(seed)]
      expect(again.story()).toEqual(once.story())
    }
  })
})
