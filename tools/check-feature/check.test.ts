import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderOf, moduleOf } from '../../packages/own-features/test/features.ts'
import { checkFeatures } from './check.ts'
import { costsOf } from './cost.ts'
import { costsAsText, reportOf } from './report.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples/features')

/** @returns what a feature breaks, by rule. */
const brokenBy = (text: string): Record<string, string> => {
  const [checked] = checkFeatures(folderOf({ 'own.ts': text }), [])
  return Object.fromEntries(
    checked!.verdicts.flatMap(({ rule, broken }) => (broken === undefined ? [] : [[rule, broken]])),
  )
}

it('finds no problem in the examples, for any parameters', () => {
  const checked = checkFeatures(EXAMPLES, [
    'spread_ratio',
    'spread_ratio:2',
    'spread_ratio:700',
    'streak',
    'hourly_trend:3',
  ])
  expect(checked.flatMap(({ verdicts }) => verdicts).filter(({ broken }) => broken !== undefined)).toEqual([])
  expect(checked.map(({ warmup }) => warmup)).toEqual([19, 1, 699, 1, 14])
})

/** The mistake of a feature, its source, and the message for each rule that it breaks. */
const wrong: [string, string, Record<string, RegExp>][] = [
  [
    'a state with a date',
    moduleOf('own', { update: '[(state.at = new Date(candle.open_time_ms), 1)]' }),
    {
      'has a state of plain JSON': /^after candle 0 \(walk\): the state\.at is a Date, which JSON cannot hold/,
    },
  ],
  [
    'a division by a volume of 0',
    moduleOf('own', { update: '[candle.close / candle.volume]' }),
    {
      'returns a finite number or null for each output':
        /\(flat\): update gives Infinity: return null where there is no value/,
    },
  ],
  [
    'a warm-up that is too long',
    moduleOf('own', { warmup: '9' }),
    {
      'has its first value after the declared warm-up':
        /^warmup is 9, but 0 candles come before the first value: make warmup 0$/,
    },
  ],
  [
    'a variable of the module',
    moduleOf('own', { rest: 'let sum = 0', update: '[(sum = sum / 2 + candle.close)]' }),
    {
      'returns the same values for the same candles, whatever is computed in between':
        /another pair computed in between, candle 1/,
      'does not change the state for a candle in progress': /with a look at each candle in progress, candle/,
    },
  ],
  [
    'a variable of make',
    moduleOf('own')
      .replace('({ outputs', '{ let sum = 0; return { outputs')
      .replace('] }),', '] } },')
      .replace('[candle.close]', '[(sum = sum / 2 + candle.close)]'),
    {
      'returns the same values for the same candles, whatever is computed in between':
        /another pair computed in between, candle 1/,
      'returns the same values in chunks as in one run': /^in chunks of 97 candles, candle 96/,
      'returns the same values, bit for bit, if its state is written out and read back at any candle':
        /^written out and read back before candle 1/,
      'does not change the state for a candle in progress': /with a look at each candle in progress, candle 0/,
    },
  ],
  [
    'one first state for all pairs',
    moduleOf('own', { rest: 'const first = { n: 0 }', initial: 'first', update: '[++state.n]' }),
    {
      'returns the same values for the same candles, whatever is computed in between': /.*/,
      'returns the same values in chunks as in one run': /.*/,
      'returns the same values, bit for bit, if its state is written out and read back at any candle': /.*/,
      'does not change the state for a candle in progress': /.*/,
    },
  ],
  [
    'the clock',
    moduleOf('own', { update: '[Date.now() > 0 && new Date() && performance.now() >= 0 ? 1 : 2]' }),
    {
      'uses neither clock nor random numbers':
        /^it uses Date\.now, new Date\(\), performance\.now: take times from the candle/,
    },
  ],
  [
    'random numbers',
    moduleOf('own', { update: '[Math.random() < 2 ? 1 : 2]' }),
    { 'uses neither clock nor random numbers': /^it uses Math\.random/ },
  ],
  [
    'a state that grows',
    moduleOf('own', { initial: '({ all: [] })', update: '[state.all.push(1)]' }),
    {
      'has a state that does not grow': /as JSON, its state has up to \d+ characters in the first 1060 candles and \d+/,
    },
  ],
]

it.each(wrong)('finds %s', (_, text, expected) => {
  const broken = brokenBy(text)
  expect(Object.keys(broken).sort()).toEqual(Object.keys(expected).sort())
  for (const [rule, reason] of Object.entries(broken)) expect(reason).toMatch(expected[rule]!)
})

it('finds an exception at any rule, and reports it once', () => {
  const text = moduleOf('own', { update: 'candle.volume === 0 ? candle.no.thing : [1]' })
  const [checked] = checkFeatures(folderOf({ 'own.ts': text }), [])
  const report = reportOf(checked!)
  expect(report.match(/\(flat\): update throws TypeError: Cannot read properties of undefined/g)).toHaveLength(1)
  expect(report).toContain('see above')
})

it('refuses an unknown feature, and a file that cannot be loaded', () => {
  expect(() => checkFeatures(EXAMPLES, ['spread'])).toThrow(
    /has no feature "spread"; it has: hourly_trend, spread_ratio, streak/,
  )
  expect(() => checkFeatures(folderOf({ 'own.ts': 'const = 1' }), [])).toThrow(/own\.ts: line 1 of .* does not parse/)
})

it('reports what each feature costs beside built-in indicators', () => {
  const text = costsAsText(costsOf(EXAMPLES, ['spread_ratio', 'hourly_trend']))
  for (const entry of ['spread_ratio', 'hourly_trend', 'rsi:14', 'ichimoku:9,26,52'])
    expect(text).toMatch(new RegExp(`${entry} +\\d+\\.\\d\\d µs a candle +\\d+ bytes of state`))
})
