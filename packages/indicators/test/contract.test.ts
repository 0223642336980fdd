import { describe, expect, test } from 'vitest'
import { CATALOGUE } from '../src/catalogue.ts'
import type { Definition } from '../src/definition.ts'
import { peek } from '../src/indicator.ts'
import { KINDS, series } from './series.ts'

const bars = [...KINDS.flatMap(kind => series(kind, 160)), ...series('walk', 60)]
const make = ({ make, parameters }: Definition) =>
  make(...parameters.map(({ kind, default: byDefault }) => (kind === 'period' ? Math.min(byDefault, 30) : byDefault)))
/** They have no value where nothing was traded; all others have one at every candle once they are warm. */
const SOMETIMES = ['amihud', 'rvol', 'vwap', 'vwap_session', 'vwma']
/** −0 and 0 are two values to Object.is, and one in JSON and to whoever reads it. */
const isSame = (a: number, b: number) => a === b || (Number.isNaN(a) && Number.isNaN(b))

describe.each(CATALOGUE)('$name', definition => {
  const indicator = make(definition)
  const state = indicator.initial()
  const whole = bars.map(bar => indicator.update(state, bar))

  test('gives a number an output once it is warm, and none before', () => {
    for (const [i, values] of whole.entries()) {
      expect(values).toHaveLength(indicator.outputs.length)
      if (i < indicator.warmup) expect(values.some(Number.isNaN)).toBe(true)
      const isValue = (value: number) =>
        Number.isFinite(value) || (Number.isNaN(value) && (i < indicator.warmup || SOMETIMES.includes(definition.name)))
      if (!values.every(isValue)) expect({ i, values }).toEqual('numbers')
    }
    expect(whole[indicator.warmup]?.some(Number.isNaN)).toBe(false)
  })

  test('goes on to the bit from a state that was written out, at every candle', () => {
    let restored = JSON.stringify(indicator.initial())
    for (const [i, bar] of bars.entries()) {
      const one = JSON.parse(restored)
      const values = indicator.update(one, bar)
      if (!values.every((value, j) => isSame(value, whole[i]![j]!))) expect(values).toEqual(whole[i])
      restored = JSON.stringify(one)
    }
    expect(restored).not.toMatch(/NaN|Infinity/)
    expect(JSON.parse(restored)).toEqual(JSON.parse(JSON.stringify(state)))
  })

  test('looks at a candle in progress without touching the state', () => {
    const started = indicator.initial()
    for (const bar of bars.slice(0, 100)) indicator.update(started, bar)
    const before = JSON.stringify(started)
    expect(peek(indicator, started, bars[100]!)).toEqual(indicator.update(JSON.parse(before), bars[100]!))
    expect(JSON.stringify(started)).toBe(before)
  })

  test('has a state that does not grow', () => {
    // MAVP keeps an average of each of its periods.
    expect(JSON.stringify(state).length).toBeLessThan(definition.name === 'mavp' ? 24_000 : 12_000)
  })
})
