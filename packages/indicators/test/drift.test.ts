import { describe, expect, inject, test } from 'vitest'
import { CATALOGUE, INDICATORS } from '../src/catalogue.ts'
import { run } from './run.ts'
import { series } from './series.ts'

/**
 * After a long history an indicator gives the values of one that has processed only the last candles. `npm run test:full`
 * takes a history ten times as long.
 */
const HISTORY = inject('exploration').driftCandles
const FRESH = 1500
/** After this many candles an exponential average no longer depends on the values before. */
const FORGOTTEN = 1000
const TIMEOUT_MS = 60_000 + HISTORY / 50

/** Sums since the first candle grow by the same amount whenever the same candles are repeated. */
const CUMULATIVE = ['obv', 'ad', 'pvt', 'wad']
/**
 * These indicators depend on their whole history: products since the first candle, a mean of all values, stops that turn at
 * past prices, phases that settle slowly.
 */
const ENDLESS = ['nvi', 'pvi', 'vwap_anchored', 'sar', 'sarext', 'supertrend', 'mama', 'adosc']
const isForgetful = (name: string) => !CUMULATIVE.includes(name) && !ENDLESS.includes(name) && !name.startsWith('cdl')

const walk = series('gaps', 5000)
const rounds = Math.ceil(HISTORY / walk.length)
const forgetful = CATALOGUE.map(({ name }) => name).filter(isForgetful)
const make = (name: string) => {
  const { make: makeOne, parameters } = INDICATORS[name]!
  return makeOne(...parameters.map(parameter => parameter.default))
}

describe(`after ${rounds * walk.length} candles`, () => {
  test.each(forgetful)(
    '%s equals a fresh one after a long history',
    name => {
      const indicator = make(name)
      const state = indicator.initial()
      for (let i = 0; i < rounds; i++) for (const bar of walk) indicator.update(state, bar)
      const next = walk.slice(0, FRESH)
      const long = next.map(bar => indicator.update(state, bar))
      for (const [j, output] of run(make(name), next).entries()) {
        const scale = Math.max(...output.map(value => Math.abs(value ?? 0)))
        for (let i = FORGOTTEN; i < FRESH; i++) {
          const [value, expected] = [long[i]![j] || 0, output[i] ?? 0]
          if (!(Math.abs(value - expected) <= 1e-9 * Math.abs(expected) + 1e-11 * scale))
            expect({ i, value }).toEqual({ i, value: expected })
        }
      }
    },
    TIMEOUT_MS,
  )

  test.each(CUMULATIVE)(
    '%s grows by the same amount after a long history',
    name => {
      const indicator = make(name)
      const state = indicator.initial()
      const after: number[] = []
      for (let i = 0; i < rounds; i++) {
        for (const bar of walk.slice(0, -1)) indicator.update(state, bar)
        after.push(indicator.update(state, walk.at(-1)!)[0]!)
      }
      const [first = 0, second = 0] = after
      const expected = first + (rounds - 1) * (second - first)
      expect(Math.abs(after.at(-1)! - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected))
    },
    TIMEOUT_MS,
  )
})
