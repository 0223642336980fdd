import { type ExchangeTrade, VirtualClock } from '@candlewick/exchanges'
import { expect, it } from 'vitest'
import { Books } from '../src/books.ts'
import { START_MS } from './harness.ts'

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

/** Books whose pairs have trade 1, then so many missing, then a hundred that are held back. */
function withGaps(gaps: Readonly<Record<string, number>>) {
  const clock = new VirtualClock(START_MS)
  const books = new Books({ clock, pairs: PAIRS, historyMs: 0, baseMs: 60_000, graceMs: 1000 })
  const hear = (told: readonly ExchangeTrade[]) =>
    books.hear({
      type: 'message',
      connection: 0,
      at: clock.now(),
      message: { type: 'trades', trades: told, snapshot: false },
    })
  for (const pair of PAIRS) {
    books.hear({
      type: 'message',
      connection: 0,
      at: clock.now(),
      message: { type: 'subscribed', pair, exchange_ms: START_MS },
    })
    hear([trade(pair, 1)])
    hear(trades(pair, 2 + (gaps[pair] ?? 0), 100))
  }
  return books
}

it('lets go of the trades held back behind the largest gaps, and nothing is complete because of that', () => {
  const books = withGaps({ 'A/B': 5, 'C/D': 500, 'E/F': 50 })
  expect(books.held).toBe(300)
  books.shed(150)
  expect(books.held).toBe(150)
  expect(PAIRS.map(pair => books.get(pair).held)).toEqual([100, 1, 49])
  // Down to the last one of each, which shows that there is a gap.
  books.shed(1000)
  expect(PAIRS.map(pair => books.get(pair).held)).toEqual([1, 1, 1])
  expect(books.lost).toEqual(PAIRS)
  expect(PAIRS.map(pair => books.get(pair).gap)).toEqual([104, 599, 149])
})

it('has each trade once when the history tells again what was let go', () => {
  const books = withGaps({ 'A/B': 5, 'C/D': 500, 'E/F': 50 })
  books.shed(297)
  for (const pair of PAIRS) {
    const book = books.get(pair)
    for (let missing = book.missing(); missing; missing = book.missing()) {
      const from = (missing.after.trade_id ?? 0) + 1
      book.fill(missing, trades(pair, from, 200), false)
    }
    const ids = book.entries.map(entry => (entry.type === 'trade' ? entry.trade.trade_id : entry.type))
    expect(ids).toEqual(ids.map((_, i) => i + 1))
  }
  expect(books.lost).toEqual([])
  expect(books.held).toBe(0)
})
