import { describe, expect, it } from 'vitest'
import { aTrade, birth, Feed, gap, MINUTE_MS as M, T0, trade, watermark } from './harness.ts'

const brief = (feed: Feed) =>
  feed.candles.map(
    c => `${c.interval} ${(c.open_time_ms - T0) / M} ${c.open} ${c.close} ${c.trade_count} ${c.complete}`,
  )

describe('a window', () => {
  it('gives the candle of its trades after a trade past its end', () => {
    const feed = new Feed().take(
      trade(1, 1000, { price: 100, qty: 1 }),
      trade(2, 2000, { price: 110, qty: 2, side: 'sell' }),
      trade(3, 59_999, { price: 105, qty: 1, side: null }),
    )
    expect(feed.candles).toEqual([])
    feed.take(trade(4, M, { price: 1 }))
    expect(feed.candles).toEqual([
      {
        pair: 'BTC/USD',
        interval: '1m',
        open_time_ms: T0,
        close_time_ms: T0 + M,
        open: 100,
        high: 110,
        low: 100,
        close: 105,
        volume: 4,
        quote_volume: 425,
        vwap: 106.25,
        trade_count: 3,
        buy_volume: 1,
        first_trade_id: 1,
        last_trade_id: 3,
        complete: false,
      },
    ])
  })

  it('closes at a watermark at its end, not before', () => {
    const feed = new Feed().take(trade(1, 0), watermark(M - 1))
    expect(feed.candles).toEqual([])
    expect(brief(feed.take(watermark(M)))).toEqual(['1m 0 100 100 1 false'])
    expect(brief(feed.take(watermark(M), watermark(5)))).toHaveLength(1)
  })

  it('gives a flat candle at the previous close without trades, and no candle before the first trade', () => {
    const feed = new Feed().take(watermark(0), trade(1, 2 * M, { price: 7 }), trade(2, 5 * M, { price: 9 }))
    expect(brief(feed)).toEqual(['1m 2 7 7 1 false', '1m 3 7 7 0 true', '1m 4 7 7 0 true'])
    expect(feed.candles[1]).toMatchObject({
      high: 7,
      low: 7,
      vwap: 7,
      volume: 0,
      quote_volume: 0,
      buy_volume: 0,
      first_trade_id: null,
      last_trade_id: null,
    })
  })

  it('gives no candle without trades if empty candles are skipped, for any number of windows', () => {
    const feed = new Feed({ intervals: ['1s', '1h'], emptyCandles: 'skip' }).take(
      trade(1, 500),
      { ...trade(2, 4_000_000_000_000) },
      watermark(4_000_003_600_000),
    )
    expect(feed.candles.map(c => [c.interval, c.open_time_ms - T0])).toEqual([
      ['1s', 0],
      ['1h', 0],
      ['1s', 4_000_000_000_000],
      ['1h', 3_999_999_600_000],
    ])
    expect(feed.processor.idleWatermark?.(feed.state, 9e13)).toBeNull()
  })

  it('ignores flat candles in the roll-up: the longer candle opens with its first trade', () => {
    const feed = new Feed({ intervals: ['1m', '5m'] }).take(
      trade(1, 0, { price: 50 }),
      trade(2, 7 * M, { price: 60 }),
      watermark(10 * M),
    )
    expect(feed.candles.filter(c => c.interval === '5m')).toMatchObject([
      { open: 50, close: 50, trade_count: 1 },
      { open: 60, high: 60, low: 60, close: 60, trade_count: 1, first_trade_id: 2 },
    ])
  })

  it('of the base interval is not published unless it is configured', () => {
    const feed = new Feed({ intervals: ['15m', '10m'] }).take(trade(1, 0), watermark(30 * M))
    expect(feed.state.base_ms).toBe(5 * M)
    expect(feed.candles.map(c => `${c.interval} ${(c.open_time_ms - T0) / M}`)).toEqual([
      '10m 0',
      '15m 0',
      '10m 10',
      '10m 20',
      '15m 15',
    ])
  })

  it('of a week starts on Monday', () => {
    const feed = new Feed({ intervals: ['1d', '1w'] }).take(trade(1, 0), watermark(7 * 1440 * M))
    expect(feed.candles.filter(c => c.interval === '1w').map(c => new Date(c.open_time_ms).toISOString())).toEqual([
      '2025-12-29T00:00:00.000Z',
    ])
  })

  it('opens with the trade of the lowest id and closes with that of the highest, for any order of trades', () => {
    const feed = new Feed({ intervals: ['1m', '5m'] }).take(
      trade(1, 0, { price: 1 }),
      trade(5, M, { price: 5 }),
      trade(3, M + 1, { price: 3 }),
      trade(4, M + 2, { price: 4 }),
      watermark(5 * M),
    )
    expect(feed.candles[1]).toMatchObject({ open: 3, close: 5, trade_count: 3, first_trade_id: 3, last_trade_id: 5 })
    expect(feed.candles.at(-1)).toMatchObject({ interval: '5m', open: 1, close: 5, trade_count: 4 })
  })

  it('survives a silence with more windows than fit into memory', () => {
    const feed = new Feed({ intervals: ['1s'] }).take(
      trade(1, 0),
      trade(2, 3_000_000_000_000),
      watermark(3_000_000_001_000),
    )
    expect(feed.candles).toHaveLength(200_001)
    expect(feed.candles.at(-1)).toMatchObject({ open_time_ms: T0 + 3_000_000_000_000, trade_count: 1 })
    expect(feed.counts).toEqual({ silences_shortened: 1 })
  })
})

describe('complete', () => {
  const flags = (feed: Feed) => feed.candles.map(c => `${c.interval} ${(c.open_time_ms - T0) / M} ${c.complete}`)

  it('is false only for the first windows if the birth record has no time', () => {
    const feed = new Feed({ intervals: ['1m', '2m'] }).take(birth(null), trade(1, M + 5), watermark(4 * M))
    expect(flags(feed)).toEqual(['1m 1 false', '2m 0 false', '1m 2 true', '1m 3 true', '2m 2 true'])
  })

  it('is true from the first window on that starts at or after the time in the birth record', () => {
    const feed = new Feed({ intervals: ['1m', '2m'] }).take(birth(M), trade(1, M + 5), watermark(4 * M))
    expect(flags(feed)).toEqual(['1m 1 true', '2m 0 false', '1m 2 true', '1m 3 true', '2m 2 true'])
  })

  it('is false in windows that overlap a gap, and in no other', () => {
    const feed = new Feed({ intervals: ['1m', '3m'] }).take(
      birth(0),
      trade(1, 0),
      gap(M, 2 * M),
      trade(9, 2 * M),
      watermark(6 * M),
    )
    expect(flags(feed)).toEqual([
      '1m 0 true',
      '1m 1 false',
      '1m 2 true',
      '3m 0 false',
      '1m 3 true',
      '1m 4 true',
      '1m 5 true',
      '3m 3 true',
    ])
    expect(feed.state.gaps).toEqual([])
  })

  it('is false from missed trades until a window that starts after the next trade', () => {
    const feed = new Feed({ intervals: ['1m', '2m'] }).take(birth(0), trade(1, 0))
    feed.processor.missed?.(feed.state)
    // A watermark tells nothing: one of an idle pair is older than trades that its writer had not read.
    feed.restored().take(watermark(2 * M), trade(9, 3 * M), watermark(6 * M))
    expect(flags(feed)).toEqual([
      '1m 0 false',
      '1m 1 false',
      '2m 0 false',
      '1m 2 false',
      '1m 3 false',
      '2m 2 false',
      '1m 4 true',
      '1m 5 true',
      '2m 4 true',
    ])
  })

  it('covers every one of many gaps with few ranges', () => {
    const feed = new Feed().take(birth(0), trade(1, 0))
    for (let i = 1; i <= 200; i += 2) feed.take(gap(i * M, i * M + 1))
    expect(feed.state.gaps.length).toBeLessThanOrEqual(64)
    feed.take(watermark(201 * M))
    expect(feed.candles.filter(c => ((c.open_time_ms - T0) / M) % 2 === 1 && c.complete)).toEqual([])
  })
})

describe('an unfinished candle', () => {
  it('exists for each interval', () => {
    const feed = new Feed({ intervals: ['1m', '5m'] }).take(trade(1, 0, { price: 3 }), trade(2, M, { price: 4 }))
    expect(feed.processor.live?.(feed.state)).toMatchObject([
      { interval: '1m', open_time_ms: T0 + M, open: 4, trade_count: 1 },
      { interval: '5m', open_time_ms: T0, open: 3, close: 4, trade_count: 2 },
    ])
  })

  it('does not exist before the first trade', () => {
    const feed = new Feed()
    expect(feed.processor.live?.(feed.state)).toEqual([])
    expect(feed.processor.idleWatermark?.(feed.state, 9e13)).toBeNull()
  })

  it('is flat in a window without trades, or left out if such windows are skipped', () => {
    const flat = new Feed().take(trade(1, 0, { price: 3 }), watermark(M))
    expect(flat.processor.live?.(flat.state)).toMatchObject([{ open: 3, trade_count: 0, open_time_ms: T0 + M }])
    const skip = new Feed({ emptyCandles: 'skip' }).take(trade(1, 0, { price: 3 }), watermark(M))
    expect(skip.processor.live?.(skip.state)).toEqual([])
  })
})

describe('a pair that has fallen silent', () => {
  const at = (atMs: number, lagMs: number) => ({ ...trade(1, atMs), writtenMs: T0 + atMs + lagMs })
  const closes = (feed: Feed, wallMs: number) => {
    const watermark = feed.processor.idleWatermark?.(feed.state, T0 + wallMs) ?? null
    return watermark === null ? null : watermark - T0
  }

  it('gets a watermark that closes all windows that have ended by the wall clock', () => {
    const feed = new Feed().take(at(30_000, 0))
    expect([closes(feed, M - 1), closes(feed, M), closes(feed, 10 * M + 5)]).toEqual([null, M, 10 * M])
    feed.take(watermark(10 * M))
    expect(closes(feed, 10 * M + 5)).toBeNull()
  })

  it('gets that watermark later if its trades were written late', () => {
    const day = 86_400_000
    const feed = new Feed().take(at(30_000, day))
    expect([closes(feed, day + M - 1), closes(feed, day + M)]).toEqual([null, M])
  })
})

it('expects the next candle at the end of the open window, plus the delay with which trades are written', () => {
  const due = (feed: Feed) => feed.processor.nextDueMs?.(feed.state)
  const feed = new Feed()
  expect(due(feed)).toBe(null)
  feed.take({ trade: aTrade(1, 1000), writtenMs: T0 + 1500 })
  expect(due(feed)).toBe(T0 + M + 500)
  feed.take(watermark(M))
  expect(due(feed)).toBe(T0 + 2 * M + 500)
  const skipping = new Feed({ emptyCandles: 'skip' }).take(trade(1, 0), watermark(M))
  expect(due(skipping)).toBe(null)
})
