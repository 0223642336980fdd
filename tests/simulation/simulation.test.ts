import { describe, expect, it } from 'vitest'
import { runHistory } from './history.ts'

const FIXED = 400
const FRESH = 150

/** A failing seed is told by its name, and `npm run simulate -- --seed N` prints its story. */
async function check(seeds: Iterable<number>): Promise<void> {
  for (const seed of seeds) {
    const { problems } = await runHistory(seed)
    expect(problems, `npm run simulate -- --seed ${seed}`).toEqual([])
  }
}

describe('every candle and feature row once, and right, in', () => {
  it.concurrent(`${FIXED} fixed histories`, () => check(Array.from({ length: FIXED }, (_, i) => i + 1)), 120_000)

  it.concurrent(`${FRESH} fresh histories`, () => {
    const from = Math.floor(Math.random() * 1e9)
    return check(Array.from({ length: FRESH }, (_, i) => from + i))
  }, 120_000)

  it('the same history whenever a seed is run', async () => {
    const [once, again] = [await runHistory(7), await runHistory(7)]
    expect(again.story).toEqual(once.story)
  })
})
