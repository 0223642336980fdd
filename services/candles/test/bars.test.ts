import type { Candle, Trade } from '@candlewick/market-data'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { referenceBars } from '../../../tests/reference/bars.ts'
import { birth, Feed, gap, type Item, MINUTE_MS, PAIR, T0, trade, watermark } from './harness.ts'
import { market } from './market.ts'

const SUMS = ['volume', 'quote_volume', 'buy_volume', 'vwap'] as const
const items = (trades: readonly Trade[]): Item[] => trades.map(one => ({ trade: one }))
const barsIn = (candles: readonly Candle[]) => candles.filter(({ bar }) => bar !== undefined)
const exactly = (candles: readonly Candle[]) =>
  candles
    .toSorted((a, b) => (a.interval < b.interval ? -1 : a.interval > b.interval ? 1 : a.bar! - b.bar!))
    .map(({ volume, quote_volume, buy_volume, vwap, ...rest }) => rest)

const names = fc.constantFrom(
  ['tick:1'],
  ['tick:7', '1m'],
  ['volume:0.5', 'volume:1000000', '5m'],
  ['value:1000000', 'tick:3', '1m', '15m'],
  ['tick-imbalance:4', 'value-imbalance:4', 'tick-imbalance:20'],
)

describe('bars', () => {
  it('equal those computed from the whole list of trades with exact decimals, through restarts and repeated trades', () => {
    const events = fc.array(fc.constantFrom('nothing', 'nothing', 'watermark', 'repeat', 'restart'), {
      minLength: 60,
      maxLength: 60,
    })
    fc.assert(
      fc.property(market(), names, events, (trades, intervals, between) => {
        const feed = new Feed({ intervals })
        for (const [i, one] of trades.entries()) {
          feed.take({ trade: one })
          if (between[i] === 'watermark') feed.take(watermark(one.timestamp_ms - T0))
          if (between[i] === 'repeat') feed.take({ trade: trades[Math.floor(i / 2)]! })
          if (between[i] === 'restart') feed.restored()
        }
        const found = barsIn(feed.candles)
        const expected = referenceBars(trades, intervals)
        expect(exactly(found)).toEqual(exactly(expected))
        for (const one of found) {
          const right = expected.find(({ interval, bar }) => interval === one.interval && bar === one.bar)!
          for (const name of SUMS) expect(Math.abs(one[name] - right[name])).toBeLessThanOrEqual(1e-12 * right[name])
        }
      }),
      { numRuns: 200 },
    )
  })

  it('do not change the candles of clock intervals', () => {
    fc.assert(
      fc.property(market(), trades => {
        const clock = new Feed({ intervals: ['1m', '5m'] }).take(...items(trades))
        const both = new Feed({ intervals: ['1m', 'tick:3', '5m', 'volume:2'] }).take(...items(trades))
        expect(both.candles.filter(({ bar }) => bar === undefined)).toEqual(clock.candles)
      }),
      { numRuns: 50 },
    )
  })

  it('end exactly at the decimal threshold', () => {
    // As doubles, 0.1 + 0.2 is 0.30000000000000004, and ten times 0.1 is 0.9999999999999999.
    const tenths = Array.from({ length: 30 }, (_, i) => trade(i, i, { qty: 0.1, price: 3 }))
    const volume = new Feed({ intervals: ['volume:0.3', 'volume:1', 'value:0.9'] }).take(...tenths)
    const counts = (interval: string) =>
      volume.candles.filter(c => c.interval === interval).map(({ trade_count }) => trade_count)
    expect(counts('volume:0.3')).toEqual(Array(10).fill(3))
    expect(counts('volume:1')).toEqual(Array(3).fill(10))
    expect(counts('value:0.9')).toEqual(Array(10).fill(3))
  })

  it('contain the whole trade that crosses the threshold, and the next bar contains no part of it', () => {
    const feed = new Feed({ intervals: ['volume:10'] }).take(
      trade(1, 0, { qty: 9 }),
      trade(2, 5, { qty: 25, price: 110 }),
      trade(3, 6, { qty: 1 }),
    )
    expect(feed.candles).toEqual([
      {
        pair: PAIR,
        interval: 'volume:10',
        open_time_ms: T0,
        close_time_ms: T0 + 5,
        open: 100,
        high: 110,
        low: 100,
        close: 110,
        volume: 34,
        quote_volume: 3650,
        vwap: 3650 / 34,
        trade_count: 2,
        buy_volume: 34,
        first_trade_id: 1,
        last_trade_id: 2,
        complete: true,
        bar: 1,
      },
    ])
    expect(feed.processor.live?.(feed.state)).toMatchObject([{ bar: 2, volume: 1, first_trade_id: 3 }])
  })

  it('need no watermark, are never flat, and have no due time', () => {
    const feed = new Feed({ intervals: ['tick:2'] }).take(trade(1, 0), watermark(60 * MINUTE_MS))
    expect(feed.candles).toEqual([])
    expect(feed.processor.nextDueMs?.(feed.state)).toBeNull()
    expect(feed.processor.idleWatermark?.(feed.state, 9e13)).toBeNull()
    feed.take(trade(2, 3_000_000_000_000))
    expect(feed.candles).toMatchObject([{ open_time_ms: T0, close_time_ms: T0 + 3_000_000_000_000, trade_count: 2 }])
    expect(feed.counts).toEqual({})
  })

  it('have times that never go back, even if the times of trades do', () => {
    const feed = new Feed({ intervals: ['tick:1'] }).take(trade(1, 500), trade(2, 300), trade(3, 400), trade(4, 600))
    expect(feed.candles.map(c => [c.open_time_ms - T0, c.close_time_ms - T0])).toEqual([
      [500, 500],
      [500, 500],
      [500, 500],
      [600, 600],
    ])
  })

  it('have thresholds by pair in place of the common ones of the same kind', () => {
    const bars = { [PAIR]: { tick: [2, 3] }, 'ETH/USD': { tick: [1] } }
    const feed = new Feed({ intervals: ['tick:500', 'volume:4'], bars }).take(...[1, 2, 3, 4].map(id => trade(id, id)))
    expect(feed.candles.map(c => `${c.interval} ${c.bar}`)).toEqual(['tick:2 1', 'tick:3 1', 'volume:4 1', 'tick:2 2'])
  })
})

describe('bars of imbalance', () => {
  /** Prices that rise for ever, alternate, or go at random. */
  const prices = {
    'one-sided': (i: number) => 1000 + i,
    alternating: (i: number) => 1000 + (i % 2),
    'a random walk': (i: number) => 1e6 + walk[i]!,
    'one-sided, then alternating': (i: number) => (i < 20_000 ? 1000 + i : 1000 + (i % 2)),
  }
  const walk = [0]
  for (let i = 1, seed = 7; i < 60_000; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    walk.push(walk[i - 1]! + (seed & 0x10000 ? 1 : -1))
  }
  const cases = Object.keys(prices) as (keyof typeof prices)[]

  it.each(cases)('neither shrink to one trade nor grow without end in a market that is %s', name => {
    const n = 100
    const feed = new Feed({ intervals: [`tick-imbalance:${n}`] })
    for (let i = 0; i < 60_000; i++) feed.take(trade(i, i, { price: prices[name](i) }))
    const counts = feed.candles.map(({ trade_count }) => trade_count)
    expect(Math.max(...counts)).toBeLessThanOrEqual(4 * n)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(Math.sqrt(n / 4))
    // Where there is imbalance, it is what ends the last bars.
    if (!name.includes('alternating')) expect(Math.min(...counts.slice(-20))).toBeLessThan(4 * n)
  })

  it('end when the trades of one direction outweigh the others by as many as expected', () => {
    const feed = new Feed({ intervals: ['tick-imbalance:16', 'value-imbalance:16'] })
    // The first change of the price gives the first sign; the threshold of the first bar is √16.
    const rising = [100, 101, 102, 103, 104, 104].map((price, i) => trade(i, i, { price }))
    expect(feed.take(...rising.slice(0, 4)).candles).toEqual([])
    expect(feed.take(rising[4]!).candles.map(c => `${c.interval} ${c.trade_count}`)).toEqual([
      'tick-imbalance:16 5',
      'value-imbalance:16 5',
    ])
  })
})

describe('a bar is complete', () => {
  const flags = (feed: Feed) => feed.candles.map(c => `${c.bar} ${c.complete}`)

  it('from the first bar on, because no trade is missing in it', () => {
    const feed = new Feed({ intervals: ['tick:2'] }).take(birth(null), trade(1, 0), trade(2, 1))
    expect(flags(feed)).toEqual(['1 true'])
  })

  it('unless an id is missing in it, or between it and the previous bar', () => {
    const feed = new Feed({ intervals: ['tick:2'] }).take(...[1, 2, 3, 5, 6, 7, 9, 10, 11, 12].map(id => trade(id, id)))
    expect(flags(feed)).toEqual(['1 true', '2 false', '3 true', '4 false', '5 true'])
  })

  it('unless the writer says that trades are missing, or records were deleted before they were read', () => {
    const feed = new Feed({ intervals: ['tick:2'] }).take(gap(0, 1), trade(1, 0), trade(2, 1), gap(2, 3)).restored()
    feed.take(trade(3, 4), trade(4, 5), trade(5, 6))
    feed.processor.missed?.(feed.state)
    feed.restored().take(trade(6, 7), trade(7, 8), trade(8, 9))
    expect(flags(feed)).toEqual(['1 true', '2 false', '3 false', '4 true'])
  })

  it('with a trade out of order only where the ids of the bar still follow one another in the log', () => {
    const feed = new Feed({ intervals: ['tick:2'] }).take(...[1, 2, 4, 3, 5, 6].map(id => trade(id, 100)))
    expect(feed.candles.map(c => [c.first_trade_id, c.last_trade_id, c.complete])).toEqual([
      [1, 2, true],
      [3, 4, false],
      [5, 6, false],
    ])
  })
})

describe('a change of the configuration', () => {
  it('loses no trade of bars that stay; new ones begin with the next trade and the number 1', () => {
    const first = new Feed({ intervals: ['1m', 'tick:3', 'volume:5'] }).take(...[1, 2, 3, 4].map(id => trade(id, id)))
    const second = new Feed({ intervals: ['tick:3', 'tick:2'] })
    expect(second.processor.configHash).not.toBe(first.processor.configHash)
    second.state = second.processor.reconfigure!(structuredClone(first.state), first.processor.configHash)
    second.take(...[5, 6].map(id => trade(id, id)))
    expect(second.candles.map(c => `${c.interval} ${c.bar} ${c.first_trade_id} ${c.complete}`)).toEqual([
      'tick:2 1 5 true',
      'tick:3 2 4 true',
    ])
  })

  it('of the thresholds of a pair counts as such a change', () => {
    const hash = (tick: number) =>
      new Feed({ intervals: ['tick:3'], bars: { [PAIR]: { tick: [tick] } } }).processor.configHash
    expect(hash(2)).not.toBe(hash(4))
    expect(new Feed({ intervals: ['1m'] }).processor.configHash).toBe('1m,flat')
  })
})
