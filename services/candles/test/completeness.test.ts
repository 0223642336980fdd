import { baseIntervalMs, type Candle, type Trade, windowStart } from '@candlewick/market-data'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aTrade, birth, Feed, type Item, MINUTE_MS as M, recordOf, T0, trade, watermark } from './harness.ts'
import { intervals, market } from './market.ts'

const flags = (feed: Feed) => feed.candles.map(c => `${c.interval} ${(c.open_time_ms - T0) / M} ${c.complete}`)
const fed = (...items: Item[]) => new Feed({ intervals: ['1m', '3m'] }).take(birth(0), ...items)
const brief = (c: Candle) => `${c.interval} ${(c.open_time_ms - T0) / M} ${c.trade_count} ${c.complete}`
const CONTRADICTIONS = 'contradictions:BTC/USD'

describe('a trade whose id was counted', () => {
  /** Three trades in the second of three minutes, then the repeated one. */
  const repeated = (id: number, atMs: number, fields: Partial<Trade> = {}) =>
    fed(
      trade(1, 0, { price: 90 }),
      trade(2, M, { price: 100, qty: 1 }),
      trade(3, M + 5, { price: 110, qty: 2, side: 'sell' }),
      trade(4, M + 9, { price: 105, qty: 3 }),
      trade(id, atMs, fields),
      watermark(3 * M),
    )
  const ALL = ['1m 0 true', '1m 1 true', '1m 2 true', '3m 0 true']

  it.each([
    ['in the open window', 3, M + 5, { price: 110, qty: 2, side: 'sell' as const }],
    ['as the newest one', 4, M + 9, { price: 105, qty: 3 }],
    ['as the first one of the window', 2, M, { price: 100, qty: 1 }],
    ['in a closed window', 1, 0, { price: 90 }],
  ])('changes nothing if it is repeated as it was, %s', (_, id, atMs, fields) => {
    const feed = repeated(id, atMs, fields)
    expect(flags(feed)).toEqual(ALL)
    expect(feed.counts).toEqual({ duplicates: 1 })
  })

  it.each([
    ['a price above all others', 3, M + 5, { price: 111, qty: 2, side: 'sell' as const }],
    ['a price below all others', 3, M + 5, { price: 99, qty: 2, side: 'sell' as const }],
    ['another last price', 4, M + 9, { price: 104, qty: 3 }],
    ['another first price', 2, M, { price: 101, qty: 1 }],
    ['a quantity above the volume', 3, M + 5, { price: 110, qty: 7, side: 'sell' as const }],
    ['a quantity above what was bought', 4, M + 9, { price: 105, qty: 5 }],
    ['a later time', 3, M + 10, { price: 110, qty: 2, side: 'sell' as const }],
    ['a time in the open window, of an id before it', 1, M, { price: 100 }],
    ['a time before the open window, of an id in it', 3, M - 1, { price: 110, qty: 2, side: 'sell' as const }],
  ])('makes its windows incomplete if it has %s', (_, id, atMs, fields) => {
    const feed = repeated(id, atMs, fields)
    expect(feed.counts).toEqual({ duplicates: 1, [CONTRADICTIONS]: 1 })
    // A flat candle continues at the last price.
    const isLastPrice = id === 4 && fields.price !== 105
    expect(flags(feed)).toEqual(['1m 0 true', '1m 1 false', `1m 2 ${!isLastPrice}`, '3m 0 false'])
  })

  it('makes the windows of all trades incomplete whose ids have restarted', () => {
    const feed = fed(trade(1, 0), trade(2, M), trade(1, 5 * M), trade(2, 7 * M), trade(3, 10 * M), watermark(12 * M))
    expect(feed.candles.filter(c => c.complete && c.interval === '1m').map(c => (c.open_time_ms - T0) / M)).toEqual([
      0, 2, 3, 4, 6, 8, 9, 10, 11,
    ])
    expect(feed.candles.filter(c => c.complete && c.interval === '3m').map(c => (c.open_time_ms - T0) / M)).toEqual([9])
  })
})

describe('a record that was set aside', () => {
  it('makes open windows incomplete until one that starts after the next trade, if it may be a trade of any time', () => {
    for (const raw of ['{', '[]', '', JSON.stringify({ ...aTrade(2, 0), price: '100' })]) {
      const feed = fed(trade(1, M), { raw }, trade(3, 2 * M), watermark(6 * M))
      expect(feed.rejected).toHaveLength(1)
      expect(flags(feed).filter(flag => flag.endsWith('true'))).toEqual([
        '1m 3 true',
        '1m 4 true',
        '1m 5 true',
        '3m 3 true',
      ])
    }
  })

  it('makes the same windows incomplete if its time cannot be true', () => {
    const feed = fed(trade(1, 0), { trade: aTrade(2, 99 * M), writtenMs: T0 }, trade(3, M), watermark(3 * M))
    expect(flags(feed)).toEqual(['1m 0 false', '1m 1 false', '1m 2 true', '3m 0 false'])
  })

  it('makes the open windows of its time incomplete if it is a late trade', () => {
    const feed = fed(trade(1, 0), trade(2, M), trade(3, M - 1), watermark(6 * M), trade(4, 0), watermark(9 * M))
    expect(feed.rejected.map(({ reason }) => reason)).toEqual(['late', 'late'])
    expect(flags(feed).filter(flag => flag.endsWith('false'))).toEqual(['3m 0 false'])
  })

  it('makes its windows incomplete if it is unknown whether its id was counted', () => {
    const feed = fed(trade(7, 0), trade(6, 1), watermark(3 * M))
    expect(flags(feed)).toEqual(['1m 0 false', '1m 1 true', '1m 2 true', '3m 0 false'])
  })

  it('makes its own windows incomplete if it made the processor fail', () => {
    const feed = fed(trade(1, 0))
    feed.processor.missed?.(feed.state, recordOf(JSON.stringify(aTrade(2, M)), T0 + M))
    expect(flags(feed.take(trade(3, 3 * M), watermark(6 * M))).filter(flag => flag.endsWith('false'))).toEqual([
      '1m 1 false',
      '3m 0 false',
    ])
  })

  it('makes windows incomplete if it is an unreadable gap or birth', () => {
    for (const control of ['gap', 'arrive'])
      expect(flags(fed(trade(1, 0), { control, value: {} }, trade(2, M), watermark(3 * M)))).toEqual([
        '1m 0 false',
        '1m 1 false',
        '1m 2 true',
        '3m 0 false',
      ])
  })

  it('changes nothing if it is certainly not a trade', () => {
    const feed = fed(trade(1, 0), { raw: null }, { control: 'watermark', value: {} }, trade(2, M), watermark(3 * M))
    expect(feed.rejected).toHaveLength(2)
    expect(flags(feed)).toEqual(['1m 0 true', '1m 1 true', '1m 2 true', '3m 0 true'])
  })

  it('does not bring forward the time from which the birth says that trades are complete', () => {
    const feed = new Feed().take(birth(3 * M), trade(1, 0), { raw: '{' }, trade(2, M), watermark(5 * M))
    expect(flags(feed)).toEqual(['1m 0 false', '1m 1 false', '1m 2 false', '1m 3 true', '1m 4 true'])
  })
})

it('after any change of intervals, no trade that is repeated as it was counts as another trade', () => {
  fc.assert(
    fc.property(market(), intervals, intervals, fc.nat(), fc.nat(), (trades, before, after, at, more) => {
      const items = trades.map((one): Item => ({ trade: one }))
      const cut = 1 + (at % trades.length)
      const { state, processor } = new Feed({ intervals: before }).take(...items.slice(0, cut))
      const second = new Feed({ intervals: after })
      second.state = second.processor.reconfigure!(state, processor.configHash)
      second.take(...items.slice(cut, cut + (more % 3)))
      const read = cut + (more % 3)
      second.restored().take(...items.slice(0, read))
      expect(Object.keys(second.counts).filter(name => name.startsWith('contradictions'))).toEqual([])
      expect(second.counts.duplicates).toBe(Math.min(read, trades.length))
    }),
    { numRuns: 300 },
  )
})

it('in any market, one record that is dropped anywhere makes exactly its windows incomplete', () => {
  const kinds = fc.constantFrom('contradiction', 'late', 'malformed')
  fc.assert(
    fc.property(market(), intervals, fc.nat(), kinds, (trades, names, n, kind) => {
      const at = n % trades.length
      const own = trades[at]!
      const baseMs = baseIntervalMs(names)
      const openMs = windowStart(own.timestamp_ms, baseMs)
      const end = watermark(windowStart(trades.at(-1)!.timestamp_ms, baseMs) + 7 * baseMs - T0)
      const wrong = { ...own, price: own.price < 1 ? 1e9 : own.price / 1e9 }
      const lateMs = openMs - 1
      const bad: Item = {
        contradiction: { trade: wrong },
        late: { trade: { ...own, trade_id: 1e9, timestamp_ms: lateMs } },
        malformed: { raw: '{' },
      }[kind]
      const nextMs = trades[at + 1]?.timestamp_ms ?? 9e15
      const lacks = ({ open_time_ms: open, close_time_ms: close, trade_count }: Candle) => {
        if (close <= openMs) return false
        if (kind === 'contradiction' && trade_count === 0 && open > own.timestamp_ms && open < nextMs) return true
        if (kind === 'malformed') return open < windowStart(nextMs, baseMs) + baseMs
        return kind === 'late' ? open <= lateMs : open <= own.timestamp_ms && close > own.timestamp_ms
      }
      const items = (list: readonly Trade[]): Item[] => list.map(trade => ({ trade }))
      const feed = (...extra: Item[]) =>
        new Feed({ intervals: names }).take(
          birth(0),
          ...items(trades.slice(0, at + 1)),
          ...extra,
          ...items(trades.slice(at + 1)),
          end,
        )
      const expected = feed().candles.map(c => (c.complete && lacks(c) ? { ...c, complete: false } : c))
      expect(feed(bad).candles.map(brief)).toEqual(expected.map(brief))
    }),
    { numRuns: 100 },
  )
})
