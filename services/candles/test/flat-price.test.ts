import { describe, expect, it } from 'vitest'
import { aTrade, birth, Feed, gap, type Item, MINUTE_MS as M, recordOf, T0, trade, watermark } from './harness.ts'

const flags = (feed: Feed) => feed.candles.map(c => `${(c.open_time_ms - T0) / M} ${c.complete}`)
const fed = (...items: Item[]) => new Feed().take(birth(0), trade(1, 0), trade(2, M), ...items)
const FALSE_UNTIL_A_TRADE = ['0 true', '1 false', '2 false', '3 false', '4 true', '5 true']

describe('flat candles continue at a price that may be wrong, and are incomplete until the next trade', () => {
  it('behind a gap that the exchange could not fill', () => {
    const feed = fed(gap(M + 5, 2 * M), trade(3, 4 * M), watermark(6 * M))
    expect(flags(feed)).toEqual(FALSE_UNTIL_A_TRADE)
  })

  it('behind a trade of the open window at which the processor failed', () => {
    const feed = fed()
    feed.processor.missed?.(feed.state, recordOf(JSON.stringify(aTrade(3, M + 5, { price: 101 }))))
    expect(flags(feed.take(trade(4, 4 * M), watermark(6 * M)))).toEqual(FALSE_UNTIL_A_TRADE)
  })

  it('behind a late trade that would be the last one', () => {
    const feed = fed(watermark(2 * M), trade(3, M + 5, { price: 101 }), trade(4, 4 * M), watermark(6 * M))
    expect(feed.rejected).toMatchObject([{ reason: 'late' }])
    expect(flags(feed)).toEqual(['0 true', '1 true', '2 false', '3 false', '4 true', '5 true'])
  })

  it('behind the newest trade if it is repeated with another price', () => {
    const feed = fed(trade(2, M, { price: 101 }), trade(3, 4 * M), watermark(6 * M))
    expect(flags(feed)).toEqual(FALSE_UNTIL_A_TRADE)
  })

  it('behind a dropped trade of a later window, although an earlier trade comes in between', () => {
    const feed = fed(trade(2, 3 * M, { price: 101 }), trade(3, 2 * M), watermark(5 * M))
    expect(flags(feed)).toEqual(['0 true', '1 false', '2 true', '3 false', '4 false'])
  })

  it('behind a birth in the middle of a window that candles of the exchange precede', () => {
    const candle = { pair: 'BTC/USD', interval: '1m', open_time_ms: T0 - M, open: 9, high: 9, low: 9, close: 9 }
    const seed = { control: 'seed', value: { ...candle, volume: 1, trade_count: 1 } }
    const feed = new Feed().take(birth(5), seed, watermark(2 * M), trade(1, 2 * M), watermark(4 * M))
    expect(flags(feed)).toEqual(['-1 false', '0 false', '1 false', '2 true', '3 true'])
  })
})

describe('flat candles stay complete', () => {
  it.each([
    ['a late trade before the last one', trade(3, 5, { price: 101 })],
    ['a late trade of the same price', trade(3, M + 5)],
  ])('behind %s', (_, late) => {
    expect(flags(fed(watermark(2 * M), late, watermark(4 * M)))).toEqual(['0 true', '1 true', '2 true', '3 true'])
  })

  it('before a gap', () => {
    const feed = fed(gap(3 * M, 4 * M), trade(3, 4 * M), watermark(5 * M))
    expect(flags(feed)).toEqual(['0 true', '1 true', '2 true', '3 false', '4 true'])
  })
})
