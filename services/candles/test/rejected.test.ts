import { describe, expect, it } from 'vitest'
import { aTrade, Feed, MINUTE_MS as M, T0, trade, watermark } from './harness.ts'

const rejectedBy = (raw: string | null) => new Feed().take({ raw }).rejected[0]
const like = (fields: object) => JSON.stringify({ ...aTrade(1, 0), ...fields })

describe('a malformed record names its field', () => {
  it.each([
    ['no value', null, /no value/],
    ['no JSON', '{', /not JSON/],
    ['NaN', like({}).replace('"price":100', '"price":NaN'), /not JSON.*NaN/],
    ['no object', '[]', /object/],
    ['a negative price', like({ price: -1 }), /price/],
    ['a price of 0', like({ price: 0 }), /price/],
    ['an endless price', like({}).replace('"price":100', '"price":1e999'), /price/],
    ['a price in quotes', like({ price: '100' }), /price/],
    ['a price beyond sums', like({ price: 1e200 }), /price/],
    ['a negative quantity', like({ qty: -0.5 }), /qty/],
    ['a timestamp in seconds', like({ timestamp_ms: 1_767_225_600 }), /timestamp_ms.*seconds/],
    ['a timestamp in microseconds', like({ timestamp_ms: 1_767_225_600_000_000 }), /timestamp_ms.*microseconds/],
    ['a fraction of an id', like({ trade_id: 1.5 }), /trade_id/],
    ['a side that is none', like({ side: 'b' }), /side/],
    ['no quantity', like({ qty: undefined }), /qty/],
    ['another pair', like({ pair: 'ETH/USD' }), /ETH\/USD.*BTC\/USD/],
    ['a longer pair', like({ pair: 'BTC/USDT' }), /BTC\/USDT/],
  ])('%s', (_, raw, detail) => {
    expect(rejectedBy(raw)).toMatchObject({ reason: 'malformed', detail: expect.stringMatching(detail) })
  })

  it.each([
    ['watermark', { pair: 'BTC/USD', watermark_ms: 'soon' }, /watermark_ms/],
    ['gap', { pair: 'BTC/USD', from_ms: T0 }, /to_ms/],
    ['gap', { pair: 'BTC/USD', from_ms: T0, to_ms: T0 }, /to_ms/],
    ['arrive', { pair: 'BTC/USD', complete_from_ms: 5 }, /complete_from_ms/],
    ['stop', {}, /stop/],
  ])('control record %s', (control, value, detail) => {
    const { rejected } = new Feed().take({ control, value })
    expect(rejected).toMatchObject([{ reason: 'malformed', detail: expect.stringMatching(detail) }])
  })
})

describe('a trade', () => {
  it('is dropped and counted if its id was counted, for any time', () => {
    const feed = new Feed().take(trade(1, 0), trade(2, M), trade(1, 0), trade(2, M), trade(2, 3 * M))
    expect(feed.counts).toEqual({ duplicates: 3, 'contradictions:BTC/USD': 1 })
    expect(feed.rejected).toEqual([])
    expect(feed.take(watermark(2 * M)).candles.map(c => c.trade_count)).toEqual([1, 1])
  })

  it('is late if it lies before the open window', () => {
    const feed = new Feed().take(trade(1, 0), watermark(M), trade(2, M - 1))
    expect(feed.rejected).toMatchObject([{ reason: 'late', detail: expect.stringContaining('timestamp_ms') }])
    expect(feed.take(trade(2, M), watermark(2 * M)).candles).toHaveLength(2)
  })

  it('is stale if its id lies before the first one, because it may have been counted', () => {
    const feed = new Feed().take(trade(7, 0), trade(6, 1))
    expect(feed.rejected).toMatchObject([{ reason: 'stale_id', detail: expect.stringContaining('trade_id') }])
  })

  it('is stale, not doubled, if its id is older than the remembered ids', () => {
    const feed = new Feed()
    for (let id = 0; id < 1000; id += 2) feed.take(trade(id, 1))
    feed.take(trade(0, 1), trade(998, 1), trade(999, 1), trade(997, 1))
    expect(feed.rejected).toMatchObject([{ reason: 'stale_id' }])
    expect(feed.counts).toEqual({ duplicates: 1, id_jumps: 500, id_ranges_forgotten: 400 })
    expect(JSON.stringify(feed.state).length).toBeLessThan(3000)
    expect(feed.take(watermark(M)).candles[0]).toMatchObject({ trade_count: 502 })
  })

  it('is rejected if it lies more than an hour after its record was written', () => {
    const at = (ahead: number) => ({ trade: aTrade(1, ahead), writtenMs: T0 })
    const feed = new Feed().take(at(3_600_001))
    expect(feed.rejected).toMatchObject([{ reason: 'future', detail: expect.stringContaining('timestamp_ms') }])
    expect(feed.take(at(3_600_000)).rejected).toHaveLength(1)
  })
})

it('rejects a watermark more than an hour after its record was written', () => {
  const feed = new Feed().take(trade(1, 0), { ...watermark(3_600_001), writtenMs: T0 })
  expect(feed.rejected).toMatchObject([{ reason: 'future', detail: expect.stringContaining('watermark_ms') }])
  expect(feed.candles).toEqual([])
})
