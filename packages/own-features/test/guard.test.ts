import type { Bar, IndicatorSet } from '@candlewick/indicators'
import { series } from '@candlewick/indicators/contract'
import { expect, it } from 'vitest'
import { chooseIndicators, type Mistake } from '../src/index.ts'
import { folderOf, moduleOf } from './features.ts'

const bars = series('walk', 60).map((bar, i) => ({ ...bar, pair: 'A/B', interval: '1m', open_time_ms: i * 60_000 }))
const AT = 30

/** A feature whose value is the number of candles that its state has seen, but which does something else at one candle. */
const counting = (atOne: string) =>
  moduleOf('own', {
    warmup: '2',
    initial: '({ seen: 0 })',
    update: `candle.open_time_ms === ${AT * 60_000} ? (${atOne}) : [++state.seen > 2 ? state.seen : null]`,
  })

interface Ran {
  readonly set: IndicatorSet
  readonly rows: readonly Readonly<Record<string, number | null>>[]
  readonly mistakes: readonly Mistake[]
  readonly counts: ReadonlyMap<string, number> | undefined
}

/** Candle after candle, each from a state that was written out, between two built-in indicators. */
function ran(text: string, candles: readonly Bar[] = bars): Ran {
  const { indicators: set, features } = chooseIndicators({
    FEATURES: folderOf({ 'own.ts': text }),
    INDICATORS: 'sma:3; own; rsi:5',
  })
  const mistakes: Mistake[] = []
  features.mistakes.onMistake = mistake => mistakes.push(mistake)
  let state = set.initial()
  const rows = candles.map(candle => {
    state = JSON.parse(JSON.stringify(state))
    return set.update(state, candle)
  })
  return { set, rows, mistakes, counts: features.mistakes.take() }
}

const seen = (n: number) => (n > 2 ? n : null)
const alone = chooseIndicators({ INDICATORS: 'sma:3; rsi:5' }).indicators

/** What the feature does at one candle, and what is said of it. */
const wrong: [string, string, Mistake['problem'], RegExp][] = [
  ['throws', `(() => { throw new TypeError('no price') })()`, 'throws', /^TypeError: no price$/],
  ['returns nothing', 'undefined', 'shape', /update returns undefined, not an array of 1/],
  ['returns a value too many', '[1, 2]', 'shape', /update returns 2 values, not 1 as outputs has/],
  ['returns text', `['1']`, 'shape', /value 0 is string, not a number or null/],
  ['returns a promise that fails', `Promise.reject(new Error('later'))`, 'shape', /update returns a promise/],
  ['changes the candle', 'candle.close = 1', 'throws', /TypeError: Cannot assign to read only property 'close'/],
  ['keeps a map', '(state.map = new Map(), [1])', 'state', /the state\.map is a Map, which JSON cannot hold/],
  ['keeps NaN', '(state.seen = NaN, [1])', 'state', /the state\.seen is NaN, which JSON cannot hold/],
  ['keeps a circle', '(state.self = state, [1])', 'state', /goes round in a circle/],
  ['keeps too much', '(state.all = Array(30000).fill(1), [1])', 'state', /the state has more than 20000 values/],
  ['recurses for ever', '(function f() { return f() })()', 'throws', /RangeError: Maximum call stack/],
  ['throws something without text', '(() => { throw Object.create(null) })()', 'throws', /cannot be shown as text/],
]

it.each(wrong)(
  'a feature that %s gives null there, starts from its initial state, harms no other and is reported',
  (_, atOne, ...expected) => {
    const [problem, detail] = expected
    const { rows, mistakes, counts } = ran(counting(atOne))
    const state = alone.initial()
    for (const [i, row] of rows.entries()) {
      const own = i < AT ? seen(i + 1) : seen(i - AT)
      expect(row).toEqual({ ...alone.update(state, bars[i]!), own })
    }
    const [mistake] = mistakes
    expect(mistakes).toHaveLength(1)
    expect(mistake).toMatchObject({ feature: 'own', problem, pair: 'A/B', interval: '1m', open_time_ms: AT * 60_000 })
    expect(mistake?.detail).toMatch(detail)
    expect(counts).toEqual(new Map([[`own ${problem}`, 1]]))
  },
)

it.each(['NaN', 'Infinity', '-Infinity'])(
  'a feature that gives %s gives null there, and keeps its sound state',
  value => {
    const { rows, counts } = ran(counting(`[(state.seen++, ${value})]`))
    expect(rows.map(row => row.own)).toEqual(bars.map((_, i) => (i === AT ? null : seen(i + 1))))
    expect(counts).toEqual(new Map([['own not_a_number', 1]]))
  },
)

it('a feature whose initial fails later starts again from the first initial state', () => {
  const text = moduleOf('own', {
    rest: 'let isLate = false',
    initial: '(() => { if (isLate) throw new Error("late"); return { seen: 0 } })()',
    update: `candle.open_time_ms === ${AT * 60_000} ? (isLate = true, undefined) : [++state.seen]`,
  })
  const { rows, mistakes } = ran(text)
  expect(rows.map(({ own }) => own)).toEqual(bars.map((_, i) => (i === AT ? null : i < AT ? i + 1 : i - AT)))
  expect(mistakes).toHaveLength(1)
})

it('null is not a mistake, and neither is NaN before the feature is warm', () => {
  const { rows, mistakes } = ran(counting('[(state.seen++, null)]').replace('state.seen : null', 'state.seen : NaN'))
  expect(rows.map(row => row.own)).toEqual(bars.map((_, i) => (i === AT ? null : seen(i + 1))))
  expect(mistakes).toEqual([])
})

it('two pairs do not share an object that a module returns twice', () => {
  const text = moduleOf('own', {
    rest: 'const shared = { seen: 0 }',
    initial: 'shared',
    update: '[++state.seen]',
  })
  const { set } = ran(text, [])
  const [one, other] = [set.initial(), set.initial()]
  set.update(one, bars[0]!)
  set.update(one, bars[1]!)
  expect(set.update(other, bars[0]!).own).toBe(1)
})

it('a candle in progress does not change the state, even if the feature fails at it', () => {
  const { set } = ran(counting(`(() => { throw new Error() })()`), [])
  const state = set.initial()
  for (const candle of bars.slice(0, AT)) set.update(state, candle)
  const before = JSON.stringify(state)
  expect(set.peek(state, bars[AT]!).own).toBeNull()
  expect(set.peek(state, bars[AT + 1]!).own).toBe(AT + 1)
  expect(JSON.stringify(state)).toBe(before)
})

it('a feature that uses another interval is called only when that interval has a candle', () => {
  const text = moduleOf('own', { update: '[others["1h"].close]' })
    .replace('warmup', `intervals: ['1h'], warmup`)
    .replace('(state, candle)', '(state, candle, others)')
  const { set } = ran(text, [])
  const state = set.initial()
  const hour = { ...bars[0]!, close: 7 }
  expect(set.update(state, bars[0]!).own).toBeNull()
  expect(set.update(state, bars[1]!, { '1h': hour }).own).toBe(7)
  expect(set.update(state, bars[2]!).own).toBeNull()
})
