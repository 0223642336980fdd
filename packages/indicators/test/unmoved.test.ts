import { expect, it } from 'vitest'
import { INDICATORS } from '../src/index.ts'
import { run } from './run.ts'

/** Candles of a pair's first trade, a silence, and trades again: flat candles, and three that move. */
const bars = [...Array.from({ length: 8 }, () => 100), 101, 103, 102].map((close, i) => ({
  open_time_ms: 1_767_225_600_000 + i * 60_000,
  open: close,
  high: close,
  low: close,
  close,
  volume: 0,
  quote_volume: 0,
  buy_volume: 0,
  trade_count: 0,
  vwap: close,
}))

const _ = null
// Values of TA-Lib 0.8.1.
const cases: [string, number[], (number | null)[][]][] = [
  ['rsi', [3], [[_, _, _, 0, 0, 0, 0, 0, 100, 100, 64]]],
  ['cmo', [3], [[_, _, _, 0, 0, 0, 0, 0, 100, 100, 28]]],
  [
    'stochrsi',
    [3, 3, 2, 0],
    [
      [_, _, _, _, _, _, 0, 0, 100, 100, 0],
      [_, _, _, _, _, _, 0, 0, 50, 100, 50],
    ],
  ],
]

it.each(cases)('%s equals TA-Lib for a price that has not moved yet', (name, parameters, expected) => {
  const found = run(INDICATORS[name]!.make(...parameters), bars)
  expect(found.map(output => output.map(value => value && Math.round(value * 1e9) / 1e9))).toEqual(expected)
})
