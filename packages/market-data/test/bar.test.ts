import { describe, expect, it } from 'vitest'
import { barSpec, barsOf, byLength, Candle, CandleInterval, inOrder, pairsProblem, parseBars } from '../src/index.ts'

const problemOf = (name: string) => CandleInterval.safeParse(name).error?.issues[0]?.message

describe('the name of a bar', () => {
  it.each([
    ['tick:500', { kind: 'tick', threshold: 500 }],
    ['volume:0.5', { kind: 'volume', threshold: 0.5 }],
    ['value:1000000', { kind: 'value', threshold: 1e6 }],
    ['tick-imbalance:500', { kind: 'tick-imbalance', threshold: 500 }],
    ['volume:0.000001', { kind: 'volume', threshold: 1e-6 }],
  ])('%s has a kind and a threshold', (name, spec) => {
    expect(problemOf(name)).toBeUndefined()
    expect(barSpec(name)).toEqual({ name, ...spec })
  })

  it.each([
    ['tick:0', 'is no threshold of tick bars: use a whole number of trades from 1 to 1000000000, e.g. tick:500'],
    ['tick:1.5', 'is no threshold of tick bars'],
    ['tick:-5', 'is no threshold of tick bars'],
    ['volume:0', 'is no threshold of volume bars: use a quantity of the base currency from 0.000001'],
    ['volume:-1', 'is no threshold of volume bars'],
    ['volume:ten', 'is no threshold of volume bars'],
    ['volume:', 'is no threshold of volume bars'],
    ['volume:1e5', 'is no threshold of volume bars'],
    ['value:NaN', 'is no threshold of value bars: use an amount of the quote currency'],
    ['value:1:2', 'is no threshold of value bars'],
    ['value:99999999999999', 'is no threshold of value bars'],
    ['tick-imbalance:3', 'is no threshold of tick-imbalance bars: use the number of trades to expect in a bar'],
    ['value-imbalance:9.5', 'is no threshold of value-imbalance bars'],
    [
      'ticks:500',
      'is not a bar of a known kind: use tick, volume, value, tick-imbalance, value-imbalance, e.g. tick:500',
    ],
    ['tick:0500', 'has to be written tick:500'],
    ['volume:1.0', 'has to be written volume:1'],
    ['7m', 'is not an interval (1s … 1d dividing a day, or 1w), e.g. 1m, 15m, 4h'],
  ])('is not %s, and the message says what to write', (name, message) => {
    expect(problemOf(name)).toContain(message)
    if (name.includes(':')) expect(() => barSpec(name)).toThrow(`"${name}" ${message}`)
  })

  it('is sorted after the intervals of time, by kind and threshold', () => {
    const names = ['value:5', 'tick:10', '1h', 'volume:1', 'tick:9', '1m']
    expect(names.sort(byLength)).toEqual(['1m', '1h', 'tick:9', 'tick:10', 'volume:1', 'value:5'])
  })
})

describe('the file of thresholds by pair', () => {
  it('replaces the thresholds of a kind for a pair, and leaves other kinds and pairs', () => {
    const bars = parseBars('{"BTC/USD": {"tick": 2000, "volume": [5, 50, 5]}}')
    const names = ['1m', 'tick:500', 'value:1000']
    const of = (pair: string) => barsOf(pair, names, bars).map(({ name }) => name)
    expect(of('BTC/USD')).toEqual(['value:1000', 'tick:2000', 'volume:5', 'volume:50'])
    expect(of('ETH/USD')).toEqual(['tick:500', 'value:1000'])
  })

  it.each([
    ['{', 'is not JSON: '],
    ['[]', 'the file is no object of thresholds: write e.g. {"BTC/USD": {"tick": 2000}}'],
    ['{"BTC/USD": 5}', 'BTC/USD is no object of thresholds: write e.g.'],
    ['{"BTC/USD": {"tick": 0}}', 'BTC/USD.tick 0 is no threshold of tick bars: use a whole number of trades'],
    ['{"BTC/USD": {"volume": [1, -2]}}', 'BTC/USD.volume -2 is no threshold of volume bars: use a quantity'],
    ['{"BTC/USD": {"value": "many"}}', 'BTC/USD.value "many" is no threshold of value bars: use an amount'],
    ['{"BTC/USD": {"value": null}}', 'BTC/USD.value null is no threshold of value bars'],
    ['{"BTC/USD": {"tick": []}}', 'BTC/USD.tick is empty: name a threshold, or leave tick out'],
    [
      '{"BTC/USD": {"ticks": 5}}',
      'BTC/USD has "ticks", which is not a known kind of bars: use tick, volume, value, tick-imbalance',
    ],
  ])('%s is refused with the field and the remedy', (text, message) => {
    expect(() => parseBars(text)).toThrow(message)
  })

  it('names every field that is wrong', () => {
    expect(() => parseBars('{"A/B": {"tick": 0}, "C/D": {"volume": -1}}')).toThrow(/A\/B\.tick 0 .*; C\/D\.volume -1 /)
  })

  it('may have only pairs that are read, if those are known', () => {
    const bars = parseBars('{"BTC/USD": {"tick": 1}, "BTC/USDT": {"tick": 1}}')
    expect(pairsProblem(bars, ['BTC/USD', 'ETH/USD'])).toBe(
      'the file names BTC/USDT, but the pairs are BTC/USD, ETH/USD: correct the name, or add it to PAIRS',
    )
    expect(pairsProblem(bars, undefined)).toBeUndefined()
    expect(pairsProblem(undefined, ['BTC/USD'])).toBeUndefined()
  })
})

it('candles are sorted by time, and bars of one millisecond by their numbers', () => {
  expect(inOrder({ open_time_ms: 1 }, { open_time_ms: 2 })).toBeLessThan(0)
  expect(inOrder({ open_time_ms: 1, bar: 10 }, { open_time_ms: 1, bar: 9 })).toBeGreaterThan(0)
  expect(inOrder({ open_time_ms: 2, bar: 1 }, { open_time_ms: 1, bar: 9 })).toBeGreaterThan(0)
  expect(Candle.shape.bar.safeParse(0).success).toBe(false)
})
