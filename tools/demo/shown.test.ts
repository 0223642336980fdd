import type { FeatureRow } from '@candlewick/market-data'
import { expect, it } from 'vitest'
import { rowLine } from './screen.ts'
import { Warnings } from './warnings.ts'

const ROW: FeatureRow = {
  pair: 'BTC/USD',
  interval: '1m',
  open_time_ms: 1767225600000,
  close_time_ms: 1767225660000,
  open: 1,
  high: 3,
  low: 0.5,
  close: 2,
  volume: 1,
  quote_volume: 2,
  vwap: 1.5,
  trade_count: 87,
  buy_volume: 1,
  first_trade_id: 1,
  last_trade_id: 87,
  complete: true,
}

it('shows how many indicators of a row are left out', () => {
  const indicators = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`sma_${i + 30}`, i]))
  expect(rowLine({ ...ROW, ...indicators })).toMatch(/sma_35 5\.0* and 2 more indicators$/)
  expect(rowLine({ ...ROW, sma_7: 1 })).not.toContain('more')
})

it('shows a tiny negative value as zero without a sign', () => {
  expect(rowLine({ ...ROW, macd: -1e-9, mom: -0.5 })).toMatch(/ macd 0\.0+ mom -0\.50+$/)
})

it('shows how many warnings of the last minute are left out', () => {
  const warnings = new Warnings()
  for (let i = 1; i <= 3; i++) warnings.say('candles-1', `problem ${i}`)
  expect(warnings.recent()).toHaveLength(3)
  warnings.say('candles-1', 'problem 4')
  const [left, ...shown] = warnings.recent()
  expect(left).toMatch(/^1 earlier warnings within the last minute are left out/)
  expect(shown.map(text => text.slice(-9))).toEqual(['problem 2', 'problem 3', 'problem 4'])
  for (let i = 5; i <= 2000; i++) warnings.say('candles-1', `problem ${i}`)
  expect(warnings.recent()[0]).toMatch(/^at least 997 earlier warnings/)
})
