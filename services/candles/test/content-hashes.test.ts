import type { Trade } from '@candlewick/market-data'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HASHES_AT, HASHES_KEPT } from '../src/open-window.ts'
import type { PairState } from '../src/pair-state.ts'
import { aTrade, birth, Feed, type Item, MINUTE_MS as M, T0, trade, watermark } from './harness.ts'
import { market } from './market.ts'

const CONTRADICTIONS = 'contradictions:BTC/USD'
const NOT_COMPARED = 'duplicates_not_compared:BTC/USD'
const NAMES = ['1m', '3m']
const falseOnes = (feed: Feed) =>
  feed.candles.filter(c => !c.complete).map(c => `${c.interval} ${(c.open_time_ms - T0) / M}`)

/** Trades 1 to `count` in the first minute, of which every field differs from its neighbour's, within common bounds. */
const many = (count: number): Trade[] =>
  Array.from({ length: count }, (_, i) =>
    aTrade(i + 1, i * 10, { price: 100 + (i % 7), qty: 1 + (i % 5), side: i % 2 === 0 ? 'buy' : 'sell' }),
  )
const items = (trades: readonly Trade[]): Item[] => trades.map(one => ({ trade: one }))
const fed = (trades: readonly Trade[]) => new Feed({ intervals: NAMES }).take(birth(0), ...items(trades))

describe('a repeated id whose content lies within the bounds of its window', () => {
  const trades = many(20)
  const own = trades[9]!

  it.each([
    ['price', { ...own, price: own.price + 1e-9 }],
    ['quantity', { ...own, qty: own.qty / 2 }],
    ['time', { ...own, timestamp_ms: own.timestamp_ms + 1 }],
    ['side', { ...own, side: own.side === 'buy' ? 'sell' : 'buy' } as Trade],
  ])('makes its windows incomplete if it has another %s', (_, other) => {
    const feed = fed(trades).take({ trade: other }, trade(21, M), watermark(3 * M))
    expect(feed.counts).toEqual({ duplicates: 1, [CONTRADICTIONS]: 1 })
    expect(falseOnes(feed)).toEqual(['1m 0', '3m 0'])
  })

  it('changes nothing if it has the same content, also after a lower id of an earlier window', () => {
    const feed = fed([aTrade(1, 0), aTrade(3, 1), aTrade(2, M), aTrade(4, M)]).take(trade(3, 1), watermark(3 * M))
    expect(feed.counts).toEqual({ duplicates: 1 })
    expect(falseOnes(feed)).toEqual([])
  })

  it('makes the longer window incomplete that has the counted trade, though it names a time before that window', () => {
    const feed = fed([aTrade(1, 0), aTrade(2, 3 * M), aTrade(3, 4 * M)]).take(trade(2, 1), watermark(6 * M))
    expect(falseOnes(feed)).toEqual(['3m 3'])
  })
})

describe('a repeated id that is older than the kept hashes', () => {
  const trades = many(HASHES_KEPT + 10)

  it.each([
    ['the same content', trades[5]!],
    ['other content', { ...trades[5]!, qty: trades[5]!.qty / 2 }],
  ])('makes the open windows incomplete that may have it, because nobody can compare %s', (_, repeated) => {
    const feed = fed(trades).take({ trade: repeated }, trade(HASHES_KEPT + 11, M), watermark(3 * M))
    expect(feed.counts).toEqual({ duplicates: 1, [NOT_COMPARED]: 1 })
    expect(falseOnes(feed)).toEqual(['1m 0', '3m 0'])
  })

  it('leaves the shorter window complete in which it certainly is not', () => {
    const later = Array.from({ length: HASHES_KEPT }, (_, i) => aTrade(i + 11, M + i))
    const feed = fed([...many(10), ...later]).take({ trade: many(10)[5]! }, watermark(3 * M))
    expect(feed.counts).toEqual({ duplicates: 1, [NOT_COMPARED]: 1 })
    expect(falseOnes(feed)).toEqual(['3m 0'])
  })

  it('is only counted when all of its windows are published', () => {
    const later = Array.from({ length: HASHES_KEPT }, (_, i) => aTrade(i + 11, 3 * M + i))
    const feed = fed([...many(10), ...later]).take({ trade: many(10)[5]! }, watermark(6 * M))
    expect(feed.counts).toEqual({ duplicates: 1, [NOT_COMPARED]: 1 })
    expect(falseOnes(feed)).toEqual([])
  })

  it('makes the bar incomplete that may have it, and no other', () => {
    const bars = (feed: Feed) => feed.candles.map(c => `${c.interval} #${c.bar} ${c.complete}`)
    const feed = new Feed({ intervals: ['tick:8', 'tick:50'] }).take(birth(0), ...items(many(40)))
    feed.take({ trade: many(40)[3]! }, ...items(many(50).slice(40)))
    expect(feed.counts).toEqual({ duplicates: 1, [NOT_COMPARED]: 1 })
    expect(bars(feed).filter(bar => bar.endsWith('false'))).toEqual(['tick:50 #1 false'])
  })
})

it.each([
  ['the oldest kept one', HASHES_KEPT - 1, { duplicates: 1 }],
  ['the one before it', HASHES_KEPT, { duplicates: 1, [NOT_COMPARED]: 1 }],
])('compares %s of the newest ids', (_, back, counts) => {
  const trades = many(2 * HASHES_KEPT)
  expect(fed(trades).take({ trade: trades[trades.length - 1 - back]! }).counts).toEqual(counts)
})

it('takes no hash of an older id for that of a skipped one', () => {
  const feed = fed([aTrade(1, 0), aTrade(1 + HASHES_KEPT / 2, 1), aTrade(1 + HASHES_KEPT, 2)])
  // An id between the newest ones that comes late has the place of an id that is forgotten.
  feed.take(trade(1 + HASHES_KEPT + 1, 3), trade(2 + HASHES_KEPT / 2, 4), trade(2 + HASHES_KEPT / 2, 4))
  expect(feed.counts).toEqual({ duplicates: 1 })
})

it('compares nothing with the states of services that kept no hashes, until new trades come', () => {
  const { state } = fed(many(10))
  const { bars: _, ...older } = structuredClone(state)
  const feed = new Feed({ intervals: NAMES })
  feed.state = feed.processor.upgrade!({ ...older, window: older.window.slice(0, HASHES_AT) }, 3) as PairState
  feed.state = feed.processor.reconfigure!(feed.state, '')
  feed.take({ trade: many(10)[5]! })
  expect(feed.counts).toEqual({ duplicates: 1, [NOT_COMPARED]: 1 })
  feed.take(trade(11, 500), trade(11, 500), trade(11, 500, { qty: 0.5 }))
  expect(feed.counts).toEqual({ duplicates: 3, [NOT_COMPARED]: 1, [CONTRADICTIONS]: 1 })
})

it('in any market, repetitions near and far give the same candles and counts wherever the state is restored', () => {
  const event = fc.record({ back: fc.integer({ min: 0, max: 50 }), isOther: fc.boolean(), isThere: fc.boolean() })
  fc.assert(
    fc.property(
      market(80),
      fc.array(event, { minLength: 80, maxLength: 80 }),
      fc.constantFrom(1, 7),
      (trades, events, step) => {
        const list = trades.map((one, i) => ({ ...one, trade_id: 1000 + i * step }))
        const log = list.flatMap((one, i): Item[] => {
          const { back, isOther, isThere } = events[i]!
          const repeated = list[Math.max(0, i - back)]!
          const again = isOther ? { ...repeated, qty: repeated.qty / 2 } : repeated
          return isThere ? [{ trade: one }, { trade: again }] : [{ trade: one }]
        })
        const end = watermark(list.at(-1)!.timestamp_ms + 6 * M - T0)
        const run = (restores: (at: number) => boolean) => {
          const feed = new Feed({ intervals: [...NAMES, 'tick:20'] }).take(birth(0))
          for (const [at, item] of [...log, end].entries()) (restores(at) ? feed.restored() : feed).take(item)
          return { candles: feed.candles, counts: feed.counts, state: JSON.parse(JSON.stringify(feed.state)) }
        }
        const whole = run(() => false)
        expect(run(() => true)).toEqual(whole)
        expect(run(at => at % 3 === 0)).toEqual(whole)
        const { duplicates = 0 } = whole.counts
        const differing =
          log.length - list.length - list.filter((_, i) => events[i]!.isThere && !events[i]!.isOther).length
        const { [CONTRADICTIONS]: other = 0, [NOT_COMPARED]: unknown = 0 } = whole.counts
        expect(duplicates).toBe(log.length - list.length)
        expect(other + unknown).toBeGreaterThanOrEqual(differing)
      },
    ),
    { numRuns: 60 },
  )
})
