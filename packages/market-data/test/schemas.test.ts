import { describe, expect, it } from 'vitest'
import type * as z from 'zod'
import { Birth, Candle, Cursor, FeatureRow, Gap, Trade, Watermark } from '../src/index.ts'
import { CANDLE } from './example-candle.ts'

const trade = {
  pair: 'BTC/USD',
  trade_id: 1,
  side: 'buy',
  price: 64_000.1,
  qty: 0.0012,
  timestamp_ms: 1_767_225_600_123,
}
const cursor = {
  v: 1,
  exchange: 'kraken',
  last_trade_id: 7,
  last_timestamp_ms: 1_767_225_600_000,
  watermark_ms: null,
  route: { partition: 0, epoch: [0, 0], partitions: 3 },
  rate: 0.5,
  owner: { id: 'x', seen_ms: 1_767_225_600_000 },
}

/** @returns the fields that are wrong, each with its message. */
const problems = (schema: z.ZodType, value: unknown) =>
  Object.fromEntries(
    (schema.safeParse(value).error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]),
  )

describe('accepts the examples of the design', () => {
  it.each([
    ['Trade', Trade, trade],
    ['Trade without a side', Trade, { ...trade, side: null }],
    ['Candle', Candle, CANDLE],
    [
      'flat Candle',
      Candle,
      {
        ...CANDLE,
        volume: 0,
        quote_volume: 0,
        trade_count: 0,
        buy_volume: 0,
        first_trade_id: null,
        last_trade_id: null,
      },
    ],
    ['FeatureRow', FeatureRow, { ...CANDLE, sma_7: 1.5, rsi_14: null }],
    ['Cursor', Cursor, cursor],
    ['Watermark', Watermark, { pair: 'BTC/USD', watermark_ms: 1_767_225_600_000 }],
    ['Gap', Gap, { pair: 'BTC/USD', from_ms: 1_767_225_600_000, to_ms: 1_767_225_600_001 }],
    ['Birth', Birth, { complete_from_ms: null }],
  ] as const)('%s', (_, schema, value) => {
    expect(schema.parse(value)).toEqual(value)
  })
})

describe('rejects a trade and names the field', () => {
  it.each([
    ['pair', [undefined, null, '', 7, 'x'.repeat(101)]],
    ['trade_id', [undefined, null, '1', -1, 0.5, 2 ** 53, Number.NaN, true]],
    ['side', [undefined, 'b', 'BUY', '', 0, false]],
    ['price', [undefined, null, '1', 0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e100]],
    ['qty', [undefined, null, '1', 0, -0.1, Number.NaN, Number.POSITIVE_INFINITY, 1e100]],
    ['timestamp_ms', [undefined, null, '1767225600123', 1_767_225_600_123.5, Number.NaN, -1, 0]],
  ] as const)('%s', (field, values) => {
    for (const value of values) expect(Object.keys(problems(Trade, { ...trade, [field]: value }))).toEqual([field])
  })

  it('names the likely reason where a time is in other units', () => {
    const said = (timestamp_ms: number) => problems(Trade, { ...trade, timestamp_ms }).timestamp_ms
    expect(said(1_767_225_600)).toBe('is not Unix milliseconds (too small: seconds?)')
    expect(said(1_767_225_600_123_456)).toBe('is not Unix milliseconds (too large: microseconds?)')
  })

  it('rejects a trade that is no object', () => {
    for (const value of [null, [], 'trade', 1]) expect(Trade.safeParse(value).success).toBe(false)
  })
})

describe('rejects a candle and names the field', () => {
  it.each([
    ['interval', ['7m', '1M', '', 1]],
    ['open_time_ms', [1_767_225_600, '1767225600000']],
    ['open', [0, -1, 1e100, 1e308]],
    ['high', [0, -1, 1e100, 1e308]],
    ['low', [0, -1, 1e100, 1e308]],
    ['close', [0, -1, 1e100, 1e308]],
    ['volume', [-1, '1', Number.NaN, 1e110, 1e308]],
    ['quote_volume', [-1, 1e211, 1e308]],
    ['buy_volume', [-1, null, 1e308]],
    ['trade_count', [-1, 0.5, '87']],
    ['first_trade_id', [-1, 0.5, 2 ** 53, undefined]],
    ['complete', ['true', 1, undefined]],
    ['vwap', [null, Number.POSITIVE_INFINITY, 1e100]],
  ] as const)('%s', (field, values) => {
    for (const value of values) expect(Object.keys(problems(Candle, { ...CANDLE, [field]: value }))).toEqual([field])
  })

  it('rejects a feature that is neither a number nor null', () => {
    expect(Object.keys(problems(FeatureRow, { ...CANDLE, sma_7: '1' }))).toEqual(['sma_7'])
  })
})

it('rejects a cursor of another version, or without a route', () => {
  expect(Object.keys(problems(Cursor, { ...cursor, v: 2 }))).toEqual(['v'])
  expect(Object.keys(problems(Cursor, { ...cursor, route: null }))).toEqual(['route'])
})
