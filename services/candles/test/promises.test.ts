import { describe, expect, it } from 'vitest'
import { birth, Feed, gap, MINUTE_MS as M, T0, trade, watermark } from './harness.ts'

const idle = (atMs: number) => ({
  control: 'watermark',
  value: { pair: 'BTC/USD', watermark_ms: T0 + atMs, idle: true },
})

/** @returns the field `complete` of each 1m candle. */
const complete = ({ candles }: Feed) => candles.filter(c => c.interval === '1m').map(c => c.complete)

describe('a pair without markers', () => {
  it('has complete windows as long as the ids of its trades follow one another', () => {
    const feed = new Feed().take(trade(7, 0), trade(8, M), trade(9, 3 * M), trade(10, 4 * M))
    expect(complete(feed)).toEqual([false, true, true, true])
    expect(feed.counts).toEqual({})
  })

  it('has incomplete windows between two trades whose ids do not follow one another', () => {
    const feed = new Feed().take(trade(7, 0), trade(8, M), trade(10, 3 * M), trade(11, 4 * M), trade(12, 5 * M))
    expect(complete(feed)).toEqual([false, false, false, false, true])
    expect(feed.counts).toEqual({ id_jumps: 1 })
  })

  it('has an incomplete longer window if one of its base windows is incomplete', () => {
    const feed = new Feed({ intervals: ['1m', '5m'] }).take(trade(7, 0), trade(8, 5 * M), trade(10, 6 * M))
    feed.take(trade(11, 10 * M), trade(12, 15 * M))
    expect(feed.candles.filter(c => c.interval === '5m').map(c => c.complete)).toEqual([false, false, true])
  })

  it('has complete windows when a watermark of its own writer closes them', () => {
    expect(complete(new Feed().take(trade(7, 0), trade(8, M), watermark(3 * M)))).toEqual([false, true, true])
  })

  it('is recognised in a state of version 0.1, which did not note that it has no markers', () => {
    const { processor, state } = new Feed().take(trade(7, 0), trade(8, M))
    const { by_ids: _, ...noted } = state
    const old = processor.upgrade!(noted, 3) as typeof state
    processor.unmarked!(old)
    expect(complete(new Feed({}, old).take(trade(10, 2 * M), trade(11, 3 * M)))).toEqual([false, false])
  })

  it('is still recognised when the intervals change', () => {
    const old = new Feed({ intervals: ['1m'] }).take(trade(7, 0), trade(8, M))
    const { processor } = new Feed({ intervals: ['1m', '5m'] })
    const state = processor.reconfigure!(old.state, '1m,flat')
    const feed = new Feed({ intervals: ['1m', '5m'] }, state).take(trade(10, 2 * M), trade(11, 3 * M))
    expect(complete(feed)).toEqual([false, false])
  })
})

describe('a pair whose writer writes markers', () => {
  it('has complete windows even if ids are skipped, because gap records show missing trades', () => {
    const feed = new Feed().take(birth(0), trade(7, 0), trade(9, M), trade(12, 2 * M))
    expect(complete(feed)).toEqual([true, true])
    feed.processor.unmarked!(feed.state)
    expect(feed.counts).toEqual({})
    expect(complete(feed.take(gap(2 * M, 3 * M), trade(15, 3 * M)))).toEqual([true, true, false])
  })
})

describe('a window that is closed by time', () => {
  it.each([
    ['with markers', [birth(0)]],
    ['without', []],
  ])('is not complete, but the next one is that a trade closes, for a pair %s', (_, before) => {
    const feed = new Feed().take(...before, trade(7, 0), trade(8, M), idle(3 * M), trade(9, 3 * M), trade(10, 4 * M))
    expect(complete(feed).slice(1)).toEqual([false, false, true])
  })

  it('stays complete if it was closed before', () => {
    const feed = new Feed().take(birth(0), trade(7, 0), trade(8, M), idle(M), trade(9, 2 * M))
    expect(complete(feed)).toEqual([true, true])
  })
})
