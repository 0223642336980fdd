import { type ExchangeTrade, type FeedEvent, VirtualClock } from '@candlewick/exchanges'
import { expect, it } from 'vitest'
import { TradeSequencers } from '../src/trade-sequencers.ts'
import { START_MS } from './harness.ts'

type ConnectionMessage = (FeedEvent & { type: 'message' })['message']

const PAIRS = ['A/B', 'C/D', 'E/F']

const trade = (pair: string, trade_id: number): ExchangeTrade => ({
  pair,
  trade_id,
  side: 'buy',
  price: '1',
  qty: '1',
  timestamp_ms: START_MS + trade_id,
})

const trades = (pair: string, from: number, count: number) =>
  Array.from({ length: count }, (_, i) => trade(pair, from + i))

/** Sequencers whose pairs have trade 1, then a gap, then a hundred buffered trades. */
function withGaps(gaps: Readonly<Record<string, number>>) {
  const clock = new VirtualClock(START_MS)
  const sequencers = new TradeSequencers({ clock, pairs: PAIRS, historyMs: 0, baseMs: 60_000, graceMs: 1000 })
  const receive = (offered: readonly ExchangeTrade[]) =>
    sequencers.receive({
      type: 'message',
      connection: 0,
      at: clock.now(),
      message: { type: 'trades', trades: offered, snapshot: false },
    })
  for (const pair of PAIRS) {
    sequencers.receive({
      type: 'message',
      connection: 0,
      at: clock.now(),
      message: { type: 'subscribed', pair, exchange_ms: START_MS },
    })
    receive([trade(pair, 1)])
    receive(trades(pair, 2 + (gaps[pair] ?? 0), 100))
  }
  return sequencers
}

it('drops buffered trades behind the largest gaps, and their pairs stay incomplete', () => {
  const sequencers = withGaps({ 'A/B': 5, 'C/D': 500, 'E/F': 50 })
  expect(sequencers.buffered).toBe(300)
  expect(sequencers.dropBuffered(150)).toEqual(
    new Map([
      ['C/D', 99],
      ['E/F', 51],
    ]),
  )
  expect(sequencers.buffered).toBe(150)
  expect(PAIRS.map(pair => sequencers.get(pair).buffered)).toEqual([100, 1, 49])
  // One trade of each stays, which shows that there is a gap.
  sequencers.dropBuffered(1000)
  expect(PAIRS.map(pair => sequencers.get(pair).buffered)).toEqual([1, 1, 1])
  expect(sequencers.lost).toEqual(PAIRS)
  expect(PAIRS.map(pair => sequencers.get(pair).gap)).toEqual([104, 599, 149])
})

it('has each trade once when the history delivers the dropped trades again', () => {
  const sequencers = withGaps({ 'A/B': 5, 'C/D': 500, 'E/F': 50 })
  sequencers.dropBuffered(297)
  for (const pair of PAIRS) {
    const sequencer = sequencers.get(pair)
    for (let missing = sequencer.missing(); missing; missing = sequencer.missing()) {
      const from = (missing.after.trade_id ?? 0) + 1
      sequencer.fill(missing, { trades: trades(pair, from, 200), rejected: [] }, false)
    }
    const ids = sequencer.entries.map(entry => (entry.type === 'trade' ? entry.trade.trade_id : entry.type))
    expect(ids).toEqual(ids.map((_, i) => i + 1))
  }
  expect(sequencers.lost).toEqual([])
  expect(sequencers.buffered).toBe(0)
})

it('reports which trades are too far ahead to advance the clock', () => {
  const sequencers = withGaps({})
  const far = { ...trade('A/B', 102), timestamp_ms: START_MS + 60_000 }
  const event = { type: 'message', connection: 0, at: 0, message: { type: 'trades', trades: [far], snapshot: false } }
  expect(sequencers.receive(event as Parameters<typeof sequencers.receive>[0]).ahead).toEqual([far])
  expect(sequencers.nowMs(0)).toBeLessThan(START_MS + 10_000)
})

it('closes no window by a time of the exchange that cannot be true', () => {
  const clock = new VirtualClock(START_MS)
  const sequencers = new TradeSequencers({ clock, pairs: ['A/B'], historyMs: 0, baseMs: 60_000, graceMs: 1000 })
  const receive = (message: ConnectionMessage) =>
    sequencers.receive({ type: 'message', connection: 0, at: clock.now(), message })
  receive({ type: 'subscribed', pair: 'A/B', exchange_ms: START_MS })
  receive({ type: 'trades', trades: trades('A/B', 1, 2), snapshot: false })
  receive({ type: 'alive', exchange_ms: START_MS })
  receive({ type: 'alive', exchange_ms: Date.UTC(2999, 0) })
  sequencers.advance()
  const watermarks = sequencers
    .get('A/B')
    .entries.flatMap(entry => (entry.type === 'watermark' ? entry.watermark_ms : []))
  expect(watermarks.filter(ms => ms > START_MS + 60_000)).toEqual([])
})
