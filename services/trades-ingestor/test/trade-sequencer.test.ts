import type { ExchangeTrade, RejectedTrade } from '@candlewick/exchanges'
import { describe, expect, it } from 'vitest'
import { TradeSequencer } from '../src/trade-sequencer.ts'
import { START_MS } from './harness.ts'

const PAIR = 'A/B'
const trade = (trade_id: number): ExchangeTrade => ({
  pair: PAIR,
  trade_id,
  side: 'buy',
  price: '1',
  qty: '1',
  timestamp_ms: START_MS + trade_id,
})
const bad = (trade_id: number): RejectedTrade => ({ pair: PAIR, trade_id, field: 'qty', problem: 'qty 0' })
/** Offers trades by their ids, where a negative id is a rejected trade. */
const offer = (sequencer: TradeSequencer, ...ids: number[]) =>
  sequencer.offer({
    trades: ids.filter(id => id > 0).map(trade),
    rejected: ids.filter(id => id < 0).map(id => bad(-id)),
  })
const ids = (sequencer: TradeSequencer) =>
  sequencer.entries.map(entry =>
    entry.type === 'trade' ? entry.trade.trade_id : entry.type === 'rejected' ? -entry.trade.trade_id : entry.type,
  )

function subscribed(): TradeSequencer {
  const sequencer = new TradeSequencer(PAIR)
  sequencer.subscribed(START_MS)
  return sequencer
}

describe('a rejected trade', () => {
  it('takes its place in the sequence, wherever it is in a message', () => {
    for (let position = 1; position < 6; position++) {
      const sequencer = subscribed()
      offer(sequencer, 1)
      offer(sequencer, ...[2, 3, 4, 5, 6].map((id, i) => (i === position - 1 ? -id : id)))
      expect(ids(sequencer)).toEqual([1, ...[2, 3, 4, 5, 6].map((id, i) => (i === position - 1 ? -id : id))])
      expect(sequencer.complete).toBe(true)
      expect(sequencer.last.last_trade_id).toBe(6)
    }
  })

  it('is reported once, even if it is offered several times', () => {
    const sequencer = subscribed()
    offer(sequencer, 1)
    expect(offer(sequencer, -2).rejected).toEqual([bad(2)])
    expect(offer(sequencer, -2).rejected).toEqual([])
    expect(offer(sequencer, -4).rejected).toEqual([bad(4)])
    expect(offer(sequencer, -4).rejected).toEqual([])
  })

  it('before the first valid trade has no cursor, and the pair begins with the valid trade', () => {
    const sequencer = subscribed()
    offer(sequencer, -7)
    expect(sequencer.entries).toEqual([])
    expect(sequencer.last.last_trade_id).toBeNull()
    sequencer.advance(START_MS + 60_000)
    expect(sequencer.entries).toEqual([])
    offer(sequencer, 8)
    expect(ids(sequencer)).toEqual([8])
  })

  it('before the first valid trade advances the position in the history', () => {
    const sequencer = subscribed()
    sequencer.awaitBeginning()
    sequencer.begin({ fromMs: START_MS, seeds: [] })
    const asked = sequencer.missing()!
    sequencer.fill(asked, { trades: [], rejected: [bad(3), bad(4)] }, false)
    expect(sequencer.missing()?.after.trade_id).toBe(4)
    sequencer.fill(asked, { trades: [trade(5)], rejected: [] }, false)
    expect(ids(sequencer)).toEqual([5])
    expect(sequencer.completeFrom(trade(5))).toBe(START_MS)
  })

  it('behind a gap waits for a valid trade, whose time ends the gap', () => {
    const sequencer = subscribed()
    offer(sequencer, 1)
    offer(sequencer, -5)
    expect(sequencer.canGiveUp).toBe(false)
    expect(sequencer.giveUp()).toBeUndefined()
    expect(sequencer.complete).toBe(false)
    offer(sequencer, 7)
    expect(sequencer.canGiveUp).toBe(true)
    // 2, 3, 4 and 6 are missing; 5 is known to be no trade.
    const gap = { type: 'gap', from_ms: START_MS + 1, to_ms: START_MS + 8, trades: 4 }
    expect(sequencer.giveUp()).toEqual(gap)
    expect(ids(sequencer)).toEqual([1, 'gap', 7])
    expect(sequencer.complete).toBe(true)
  })

  it('is replaced by a valid trade of its id from the history', () => {
    const sequencer = subscribed()
    offer(sequencer, 1)
    offer(sequencer, -3)
    sequencer.fill(sequencer.missing()!, { trades: [trade(2), trade(3)], rejected: [] }, false)
    offer(sequencer, 7, -6)
    sequencer.fill(sequencer.missing()!, { trades: [trade(6), trade(5), trade(4)], rejected: [] }, false)
    expect(ids(sequencer)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  it('is offered again after a write that failed', () => {
    const sequencer = subscribed()
    offer(sequencer, 1)
    sequencer.committed()
    offer(sequencer, 2, -3, 4)
    sequencer.restore({ last_trade_id: 1, last_timestamp_ms: START_MS + 1, watermark_ms: null })
    expect(ids(sequencer)).toEqual([2, -3, 4])
    expect(sequencer.complete).toBe(true)
  })
})

it('keeps hundreds of thousands of buffered trades in order, and releases them quickly', () => {
  const sequencer = subscribed()
  offer(sequencer, 1)
  const count = 200_000
  sequencer.offer({ trades: Array.from({ length: count }, (_, i) => trade(i + 3)), rejected: [] })
  expect(sequencer.buffered).toBe(count)
  const startedAt = performance.now()
  offer(sequencer, 2)
  expect(performance.now() - startedAt).toBeLessThan(2000)
  expect(sequencer.buffered).toBe(0)
  expect(ids(sequencer)).toEqual(Array.from({ length: count + 2 }, (_, i) => i + 1))
})

it('writes the gap of a dropped trade before a trade that closes its window', () => {
  const sequencer = subscribed()
  offer(sequencer, 1)
  sequencer.committed()
  const other = { ...trade(1), price: '2' }
  expect(sequencer.offer({ trades: [other], rejected: [] }).contradicting).toEqual([other])
  sequencer.offer({ trades: [{ ...trade(2), timestamp_ms: START_MS + 3_600_000 }], rejected: [] })
  expect(ids(sequencer)).toEqual(['gap', 2])
  sequencer.committed()
  expect(ids(sequencer)).toEqual([])
})
