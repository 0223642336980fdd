import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Candle, isPlainCandle } from '../src/index.ts'
import { CANDLE } from './example-candle.ts'

/** Values at and beyond each bound, as JSON can have them; 1e999 is infinite. */
const odd = fc.constantFrom(
  ...[
    '0',
    '-0',
    '-1',
    '1',
    '1.5',
    '1e11',
    '99999999999',
    '1e14',
    '99999999999999',
    '1e100',
    '9.9e99',
    '1e110',
    '1e210',
  ],
  ...[
    '1e211',
    '1e999',
    '5e-324',
    '9007199254740991',
    '9007199254740992',
    'null',
    'true',
    'false',
    '""',
    '"1m"',
    '"7m"',
  ],
  ...['"1w"', '"2w"', '"tick:500"', '"01m"', '[]', '{}', '"exchange"', `"${'x'.repeat(100)}"`, `"${'x'.repeat(101)}"`],
  `"${'币'.repeat(100)}"`,
)
const change = fc.record({
  field: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...Object.keys(Candle.shape)) },
    fc.constantFrom('x', '__proto__'),
  ),
  /** Undefined: the field is left out. */
  value: fc.option(fc.oneof({ weight: 9, arbitrary: odd }, fc.json()), { nil: undefined }),
})

const texts = fc
  .record({ changes: fc.array(change, { maxLength: 3 }), isShuffled: fc.boolean(), from: fc.nat(15) })
  .map(({ changes, isShuffled, from }) => {
    const fields = new Map(Object.entries(CANDLE).map(([field, value]) => [field, JSON.stringify(value)]))
    for (const { field, value } of changes) {
      if (value === undefined) fields.delete(field)
      else fields.set(field, value)
    }
    const entries = [...fields]
    if (isShuffled) entries.push(...entries.splice(0, from))
    return `{${entries.map(([field, value]) => `"${field}":${value}`).join()}}`
  })

it('accepts only candles that the schema accepts and returns unchanged, even in the order of the fields', () => {
  const counts = { plain: 0, candles: 0, others: 0 }
  fc.assert(
    fc.property(texts, text => {
      const value = JSON.parse(text)
      const { success, data } = Candle.safeParse(value)
      if (isPlainCandle(value)) {
        counts.plain++
        expect(JSON.stringify(data)).toBe(JSON.stringify(value))
        expect(data).toStrictEqual(value)
      } else counts[success ? 'candles' : 'others']++
    }),
    { numRuns: 5000 },
  )
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(100)
})

it('accepts the candles that the service writes, and only objects', () => {
  const flat = { ...CANDLE, volume: 0, quote_volume: 0, buy_volume: 0, trade_count: 0 }
  expect([CANDLE, { ...flat, first_trade_id: null, last_trade_id: null, complete: false }].map(isPlainCandle)).toEqual([
    true,
    true,
  ])
  for (const value of [null, undefined, 7, 'x', [], {}, [CANDLE]]) expect(isPlainCandle(value)).toBe(false)
})
