import { describe, expect, test } from 'vitest'
import { INDICATORS } from '../src/catalogue.ts'
import { run } from './run.ts'
import { series } from './series.ts'

/** What keeps sums over the last candles; after any history they must be those of a fresh start. */
const WINDOWED: readonly (readonly [string, ...number[]])[] = [
  ['sma', 20],
  ['wma', 20],
  ['hma', 20],
  ['trima', 20],
  ['vwma', 20],
  ['bbands', 20, 2, 2, 0],
  ['stddev', 20, 1],
  ['linearreg', 20],
  ['correl', 20],
  ['beta', 20],
  ['cmou', 20],
  ['mfi', 20],
  ['cmf', 20],
  ['ultosc', 5, 10, 20],
  ['vortex', 20],
  ['vwap', 20],
  ['volatility_close', 20],
  ['order_flow_imbalance', 20],
]
const HISTORY = 250_000
const FRESH = 500

const walk = series('gaps', 5000)
const bars = Array.from({ length: HISTORY }, (_, i) => walk[i % walk.length]!)

describe('a sum over the last candles does not drift', () => {
  test.each(WINDOWED)('%s', (name, ...given) => {
    const parameters = given.map(Number)
    const indicator = INDICATORS[name]!.make(...parameters)
    const state = indicator.initial()
    for (const bar of bars) indicator.update(state, bar)
    const next = walk.slice(0, FRESH)
    const long = next.map(bar => indicator.update(state, bar))
    const fresh = run(INDICATORS[name]!.make(...parameters), next)
    for (let i = 60; i < FRESH; i++)
      for (const [j, output] of fresh.entries()) {
        const [value, expected] = [long[i]![j]!, output[i]!]
        if (!(Math.abs(value - expected) <= 1e-9 * Math.abs(expected)))
          expect({ i, value }).toEqual({ i, value: expected })
      }
    expect(long[FRESH - 1]).toHaveLength(fresh.length)
  })
})
