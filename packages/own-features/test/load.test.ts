import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { INDICATORS } from '@candlewick/indicators'
import { describe, expect, it } from 'vitest'
import { chooseIndicators, loadFeatures } from '../src/index.ts'
import { folderOf, moduleOf, write } from './features.ts'

const namesOf = (path: string) => loadFeatures(path).own.map(({ definition }) => definition.name)
const entriesOf = (path: string, INDICATORS: string) =>
  chooseIndicators({ FEATURES: path, INDICATORS }).indicators.entries

describe('a folder of features', () => {
  it('is loaded from any place: TypeScript and JavaScript, several features in one file, with helpers', () => {
    const folder = folderOf({
      'b.ts': `${moduleOf('two')}export const other: object = define({ name: 'three', make: feature.make })`,
      'a.js': moduleOf('one'),
      '_helper.ts': 'export const unused = 1',
      'c.test.ts': 'throw new Error()',
      'lib/more.ts': 'throw new Error()',
      'README.md': '',
    })
    expect(namesOf(folder)).toEqual(['one', 'two', 'three'])
    expect(namesOf(join(folder, 'a.js'))).toEqual(['one'])
  })

  it('adds its features to the built-in ones, with parameters, outputs and origin', () => {
    const { definitions, own } = loadFeatures(join(import.meta.dirname, '../../../examples/features'))
    expect(Object.keys(definitions)).toEqual([...Object.keys(INDICATORS), 'hourly_trend', 'spread_ratio', 'streak'])
    expect(own.map(({ definition: { group, source } }) => [group, source])).toContainEqual([
      'Own Features',
      'streak.ts',
    ])
    const { indicators } = chooseIndicators({
      FEATURES: join(import.meta.dirname, '../../../examples/features'),
      INDICATORS: 'sma:3; Spread_Ratio:5,20; streak; hourly_trend:2',
    })
    expect(indicators.fields).toEqual([
      ...['sma_3', 'spread_ratio_5', 'spread_ratio_20', 'streak_length', 'streak_return'],
      ...['hourly_trend_place_2', 'hourly_trend_momentum_2'],
    ])
    expect(indicators.intervals).toEqual(['1h'])
  })

  it('may consist of links, like the folder of a ConfigMap', () => {
    const folder = folderOf({
      '..2026/one.ts': `import { N } from './_helper.ts'\n${moduleOf('one', { update: '[N]' })}`,
      '..2026/_helper.ts': 'export const N: number = 1',
    })
    for (const name of ['one.ts', '_helper.ts']) symlinkSync(join('..2026', name), join(folder, name))
    expect(namesOf(folder)).toEqual(['one'])
  })

  it('has a version for each file, which depends on its source and its imports', () => {
    const folder = folderOf({
      'a.ts': `import { N } from './lib/n.ts'\n${moduleOf('one', { update: '[candle.close * N]' })}`,
      'b.ts': moduleOf('two'),
      'lib/n.ts': 'export const N: number = 1',
    })
    const [a, b] = entriesOf(folder, 'one; two')
    expect(a).toMatch(/^one@[0-9a-f]{12}$/)
    expect(entriesOf(folder, 'one; two')).toEqual([a, b])
    write(folder, { 'lib/n.ts': 'export const N: number = 2' })
    const [changed, same] = entriesOf(folder, 'one; two')
    expect(changed).not.toBe(a)
    expect(same).toBe(b)
    const { indicators } = chooseIndicators({ FEATURES: folder, INDICATORS: 'one' })
    expect(indicators.update(indicators.initial(), { open_time_ms: 0, close: 4 } as never)).toEqual({ one: 8 })
  })
})

/** What is wrong, the file, and what is said of it. */
const wrong: [string, string, RegExp][] = [
  ['does not parse', 'const a = = 1', /a\.ts: line 1 of \S+a\.ts does not parse: Expression expected\nconst a = = 1/],
  ['exports nothing', 'const a = 1', /a\.ts: exports no feature: write `export const NAME = define/],
  ['throws', 'undefined.x', /a\.ts: cannot be loaded: TypeError: Cannot read .*\(\S+a\.ts:1\)/],
  [
    'imports a file that is not there',
    `import './b.ts'`,
    /a\.ts: cannot be loaded: Error: Cannot find module '\S+b\.ts'/,
  ],
  ['awaits', `await 1\n${moduleOf('one')}`, /a\.ts: it has an await outside of functions/],
  [
    'asks for an unknown building block',
    `import { rollingMedian } from '@candlewick/indicators'\nrollingMedian(3)`,
    /a\.ts: asks for rollingMedian, which @candlewick\/indicators does not have; there are: .*rollingAverage/,
  ],
  [
    'asks for an unknown input',
    moduleOf('one', { initial: `blocks.indicator('rsii:14').initial()` }),
    /a\.ts: one: initial throws Error: "rsii:14": there is no indicator "rsii"; there are: .*rsi/,
  ],
  [
    'takes the name of an indicator',
    moduleOf('rsi'),
    /a\.ts: name "rsi" is that of a built-in indicator: choose another/,
  ],
  ['takes the name of a field', moduleOf('close'), /a\.ts: name "close" is that of a field of the candle/],
  ['has a name with a number', moduleOf('ratio_20'), /a\.ts: name "ratio_20": use lower-case words joined by _/],
  [
    'takes a name twice',
    `${moduleOf('one')}export const two = define({ name: 'one', make: feature.make })`,
    /a\.ts: name "one" is there twice, also in a\.ts: rename one/,
  ],
  ['has no make', `export const a = { name: 'one' }`, /a\.ts: one: make is undefined, not a function/],
  [
    'has no update',
    `export const a = { name: 'one', make: () => ({}) }`,
    /a\.ts: one: initial is undefined, not a func/,
  ],
  ['has no outputs', moduleOf('one').replace(`['']`, '[]'), /a\.ts: one: outputs is \[\]: name each value/],
  [
    'declares too short a warm-up',
    moduleOf('one', {
      warmup: '3',
      rest: 'const average = rollingAverage(5)',
      initial: 'average.initial()',
      update: '[average.next(state, candle.close)]',
    }),
    /a\.ts: one: warmup is 3, but 4 candles come before the first value: make warmup 4/,
  ],
  [
    'declares too long a warm-up',
    moduleOf('one', { warmup: '7' }),
    /a\.ts: one: warmup is 7, but 0 candles come before the first value: make warmup 0/,
  ],
  [
    'declares no warm-up',
    moduleOf('one', { warmup: 'undefined' }),
    /one: warmup is undefined: make it the number of candles/,
  ],
  [
    'never has a value',
    moduleOf('one', { update: '[null]' }),
    /one: it never has a value in all of its outputs within 50/,
  ],
  [
    'returns no array',
    moduleOf('one', { update: '1' }),
    /one: candle 0 \(walk\): update returns 1: return an array of 1/,
  ],
  [
    'throws at an ordinary candle',
    moduleOf('one', { update: 'candle.a.b' }),
    /one: candle 0 \(walk\): update throws TypeError/,
  ],
  [
    'keeps what JSON cannot hold',
    moduleOf('one', { initial: '({ seen: new Map() })' }),
    /one: initial\(\): the state\.seen is a Map, which JSON cannot hold: use plain objects and arrays/,
  ],
  [
    'comes to keep what JSON cannot hold',
    moduleOf('one', { update: '[(state.at = new Date(candle.open_time_ms), 1)]' }),
    /one: after candle 0 \(walk\): the state\.at is a Date/,
  ],
  [
    'looks at an interval that is none',
    moduleOf('one').replace('warmup', `intervals: ['7m'], warmup`),
    /one: intervals: "7m" is no interval, e\.g\. 1h/,
  ],
]

it.each(wrong)('a module that %s is refused by name', (_, text, message) => {
  expect(() => loadFeatures(folderOf({ 'a.ts': text }))).toThrow(message)
})

it('a path without a module is refused by name', () => {
  expect(() => loadFeatures('/no/such')).toThrow('/no/such: there is no such file or folder')
  expect(() => loadFeatures(folderOf({}))).toThrow(/has no module: put a file there/)
  expect(() => loadFeatures(join(folderOf({ 'a.py': '' }), 'a.py'))).toThrow(
    /is no module: its name has to end in \.ts/,
  )
})

it('names the variable that is wrong', () => {
  const FEATURES = folderOf({ 'a.ts': moduleOf('one') })
  expect(() => chooseIndicators({ FEATURES, INDICATORS: 'two' })).toThrow(
    /^INDICATORS=two: .*no indicator "two".* one$/,
  )
  expect(() => chooseIndicators({ FEATURES: '/no' })).toThrow(/^FEATURES=\/no: \/no: there is no such file/)
  const clash = folderOf({
    'a.ts': moduleOf('macd_hist'),
  })
  expect(() => chooseIndicators({ FEATURES: clash, INDICATORS: 'macd; macd_hist' })).toThrow(
    /two indicators give the field "macd_hist": leave one of them out, or rename it/,
  )
})
