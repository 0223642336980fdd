import { SimulatedExchange, VirtualClock } from '@candlewick/exchanges'
import { type Candle, intervalMs } from '@candlewick/market-data'
import type { LogRecord } from '@candlewick/streams'
import { describe, expect, it } from 'vitest'
import { referenceBars } from '../reference/bars.ts'
import { BarsJudge } from './bars-judge.ts'
import { Problems } from './problems.ts'
import { Reference } from './reference.ts'
import { SeriesJudge } from './series-judge.ts'
import { TradesJudge } from './trades-judge.ts'

const PAIR = 'BTC/USD'
const INTERVALS = ['1s', '5s', '1m']
const END_MS = Date.UTC(2026, 5, 1)

/** Two minutes of a market, and the judges of the published records. */
function court() {
  const exchange = new SimulatedExchange({ clock: new VirtualClock(END_MS) })
  const problems = new Problems()
  const reference = new Reference(exchange, INTERVALS)
  const candle = (pair: string, interval: string) => (open: number) => reference.candle(pair, interval, open)
  const candles = new SeriesJudge('candle', reference, candle, problems)
  const trades = new TradesJudge(reference, problems, pair => candles.begin(pair, INTERVALS))
  const first = exchange.lastIdBefore(PAIR, END_MS - 120_000) + 1
  const list = exchange
    .trades(PAIR, first, exchange.lastIdBefore(PAIR, END_MS))
    .map(t => ({ ...t, price: Number(t.price), qty: Number(t.qty) }))
  const born = () => trades.take(record({ pair: PAIR, epoch: [0, 0], from: null }, 'arrive'), 0)
  const lines = (until = END_MS) => {
    trades.missing(until, true)
    candles.finish(until)
    return problems.lines().map(line => line.split('\n')[0])
  }
  return { problems, reference, candles, trades, list, born, lines }
}

const record = (value: object, control?: string): LogRecord => ({
  offset: 0,
  timestamp: 0,
  key: PAIR,
  value: Buffer.from(JSON.stringify(value)),
  ...(control && { headers: { control } }),
})

/** All candles of the two minutes, in the order of their ends. */
function rightCandles({ reference }: ReturnType<typeof court>): Candle[] {
  const all = INTERVALS.flatMap(interval => {
    const found: Candle[] = []
    const ms = intervalMs(interval)
    for (let open = reference.firstWindow(PAIR, interval)!; open + ms <= END_MS; open += ms)
      found.push(reference.candle(PAIR, interval, open))
    return found
  })
  return all.sort((a, b) => a.close_time_ms - b.close_time_ms)
}

describe('the judge of trades', () => {
  it('finds no problem in right trades, whichever partition is read first', () => {
    const { trades, list, born, lines } = court()
    for (const trade of list.slice(500)) trades.take(record(trade), 1)
    born()
    for (const trade of list.slice(0, 500)) trades.take(record(trade), 0)
    expect(lines(END_MS - 120_000)).toEqual([])
    expect(trades.missing(END_MS)).toBe(0)
    expect(trades.checked).toBe(list.length)
  })

  it('finds trades that are lost, duplicated, wrong or out of order', () => {
    const { trades, list, born, problems } = court()
    born()
    const without = list.filter((_, i) => i !== 7)
    for (const trade of [...without.slice(0, 20), without[19]!, { ...without[20]!, price: 1 }, ...without.slice(21)])
      trades.take(record(trade), 0)
    trades.missing(END_MS, true)
    expect(Object.fromEntries(problems.counts)).toEqual({
      'trades lost': 1,
      'trades doubled': 1,
      'trades out of order': 1,
      'trades wrong': 1,
    })
    born()
    expect(problems.count('births')).toBe(1)
  })
})

describe('the judge of series', () => {
  const judged = (change: (all: Candle[]) => Candle[]) => {
    const c = court()
    c.born()
    for (const trade of c.list) c.trades.take(record(trade), 0)
    const all = rightCandles(c)
    for (const candle of change(all)) c.candles.take(candle)
    return { lines: c.lines(), checked: c.candles.checked, windows: all.length }
  }

  it('finds no problem in right rows, for any order of arrival', () => {
    const { lines, checked, windows } = judged(all => [...all.slice(50), ...all.slice(0, 50)])
    expect(lines).toEqual([])
    expect(checked).toBe(windows)
    expect(windows).toBeGreaterThan(100)
  })

  it.each([
    ['missing', (all: Candle[]) => all.filter((_, i) => i !== 30)],
    ['missing', (all: Candle[]) => all.slice(0, -1)],
    ['doubled', (all: Candle[]) => [...all, all[30]!]],
    ['doubled', (all: Candle[]) => [all.at(-1)!, ...all]],
    ['wrong', (all: Candle[]) => all.map((c, i) => (i === 30 ? { ...c, volume: c.volume * 1.000001 } : c))],
    ['wrong', (all: Candle[]) => all.map((c, i) => (i === 30 ? { ...c, complete: false } : c))],
    ['wrong', (all: Candle[]) => [{ ...all[0]!, open_time_ms: all[0]!.open_time_ms - 1000 }, ...all]],
    ['wrong', (all: Candle[]) => [...all, { ...all[0]!, open_time_ms: END_MS, close_time_ms: END_MS + 1000 }]],
  ])('finds rows that are %s', (kind, change) => {
    const { lines } = judged(change)
    expect(lines).toEqual([expect.stringContaining(`candles ${kind}: ${PAIR}`)])
  })
})

describe('the judge of bars', () => {
  const NAMES = ['tick:20', 'volume:2']

  /** The bars of the two minutes by the court's reference, and a judge of them. */
  function barCourt() {
    const { problems, reference, list } = court()
    reference.begin(PAIR, list[0]!.trade_id)
    const judge = new BarsJudge('bar', reference, () => bar => bar, problems)
    const right = referenceBars(list, NAMES)
    const lines = () => {
      judge.finish(END_MS)
      return problems.lines().map(line => line.split('\n')[0])
    }
    return { judge, right, lines }
  }

  it('finds no problem in right bars, for any order of reading', () => {
    const { judge, right, lines } = barCourt()
    for (const bar of right.slice(0, 5)) judge.take(bar)
    judge.begin(PAIR, NAMES)
    for (const bar of right.slice(5).reverse()) judge.take(bar)
    expect([judge.missing(END_MS), lines(), judge.checked]).toEqual([0, [], right.length])
  })

  it.each([
    ['wrong', (all: Candle[]) => all.with(3, { ...all[3]!, high: all[3]!.high + 1 })],
    ['doubled', (all: Candle[]) => [...all, all[2]!]],
    ['missing', (all: Candle[]) => all.toSpliced(4, 1)],
    ['wrong', (all: Candle[]) => all.toSpliced(5, 0, { ...all[4]!, interval: 'tick:7' })],
  ])('finds a bar that is %s', (kind, change) => {
    const { judge, right, lines } = barCourt()
    judge.begin(PAIR, NAMES)
    for (const bar of change(right)) judge.take(bar)
    expect(lines()).toEqual([expect.stringContaining(`bars ${kind}: `)])
  })
})
