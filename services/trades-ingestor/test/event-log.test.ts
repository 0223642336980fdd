import type { RejectedTrade } from '@candlewick/exchanges'
import { createLogger } from '@candlewick/service'
import { expect, it } from 'vitest'
import { eventLog } from '../src/event-log.ts'
import type { IngestorEvent } from '../src/ingestor.ts'

const SECOND_MS = 1000
const lost: IngestorEvent = {
  type: 'disconnected',
  connection: 0,
  pairs: ['BTC/USD'],
  reason: 'getaddrinfo ENOTFOUND ws.kraken.com',
  retryInMs: 5000,
}
const heard: IngestorEvent = {
  type: 'message',
  connection: 0,
  at: 0,
  message: { type: 'alive', exchange_ms: null },
}

function logged(exchange: string) {
  const errors: string[] = []
  const lines: string[] = []
  let now = 0
  const write = (line: string) => {
    const { level, msg } = JSON.parse(line) as { level: string; msg: string }
    if (level === 'error') errors.push(msg)
    lines.push(msg)
  }
  const log = eventLog(
    createLogger('test', 'info', { write }),
    { exchange, where: 'wss://ws.kraken.com/v2' },
    () => now,
  )
  /** The event, so many seconds later. */
  const after = (seconds: number, event: IngestorEvent) => {
    now += seconds * SECOND_MS
    log(event)
  }
  return { errors, lines, after }
}

it('names the simulated exchange once the exchange has been unreachable for 15 s, and again each minute', () => {
  const { errors, after } = logged('kraken')
  for (let seconds = 0; seconds < 15; seconds += 5) after(5, lost)
  expect(errors).toEqual([])
  after(5, lost)
  expect(errors).toEqual([
    expect.stringMatching(
      /^kraken has not answered at wss:\/\/ws\.kraken\.com\/v2 for 15 s\. .*docker compose --profile simulated up/,
    ),
  ])
  for (let seconds = 0; seconds < 55; seconds += 5) after(5, lost)
  expect(errors).toHaveLength(1)
  after(5, lost)
  expect(errors.at(-1)).toMatch(/ for 75 s\. /)
})

it('does not recommend the simulated exchange for connections that are lost and reconnect', () => {
  const { errors, after } = logged('kraken')
  for (let i = 0; i < 20; i++) {
    after(5, lost)
    after(5, heard)
  }
  expect(errors).toEqual([])
})

it('does not recommend the simulated exchange to a user of it', () => {
  const { errors, after } = logged('simulated')
  after(0, lost)
  after(20, lost)
  expect(errors).toEqual([expect.not.stringContaining('--profile simulated')])
})

it('logs rejected trades once per pair and field in ten seconds, with an example', () => {
  const lines: Record<string, unknown>[] = []
  const logger = createLogger('test', 'info', { write: line => void lines.push(JSON.parse(line)) })
  const log = eventLog(logger, { exchange: 'kraken', where: 'wss://ws.kraken.com/v2' })
  const rejected = (pair: string, trade_id: number, field: string): RejectedTrade => ({
    pair,
    trade_id,
    field,
    problem: `${field} of trade ${trade_id} is wrong`,
  })
  for (let id = 0; id < 1000; id++)
    log({
      type: 'rejected',
      trades: [rejected('BTC/USD', id, 'qty'), rejected('ETH/USD', id, 'qty'), rejected('ETH/USD', id, 'price')],
    })
  expect(lines).toMatchObject([
    {
      level: 'warn',
      msg: 'Left out a trade of BTC/USD whose qty is impossible',
      pair: 'BTC/USD',
      example: { trade_id: 0, problem: 'qty of trade 0 is wrong' },
    },
    { msg: 'Left out a trade of ETH/USD whose qty is impossible' },
    { msg: 'Left out a trade of ETH/USD whose price is impossible' },
  ])
})

it('reports where each new pair begins, and how much of its history has been fetched', () => {
  const { lines, after } = logged('kraken')
  const HOUR_MS = 3_600_000
  const fromMs = Date.UTC(2026, 0, 5, 12)
  after(0, { type: 'beginning', pair: 'BTC/USD', fromMs, seeds: [] })
  after(0, { type: 'beginning', pair: 'SOL/USD', fromMs: null, seeds: [], error: new Error('HTTP 500') })
  const histories = [
    { pair: 'BTC/USD', doneMs: 6.9 * HOUR_MS, ofMs: 24 * HOUR_MS },
    { pair: 'ETH/USD', doneMs: HOUR_MS / 2, ofMs: 1.5 * HOUR_MS },
  ]
  after(5, { type: 'recovering', lacking: 3, recovered: 0, buffered: 7, leftMs: undefined, histories })
  expect(lines).toEqual([
    "BTC/USD begins at 2026-01-05T12:00:00.000Z, after 0 of the exchange's candles",
    "SOL/USD begins without all of the exchange's candles: HTTP 500",
    expect.stringContaining('3 pairs lack trades'),
    'BTC/USD: 6 of 24 hours of history',
    'ETH/USD: 30 of 90 minutes of history',
  ])
})

it('names the pairs whose buffered trades were dropped, and the pairs with trades ahead of the clock', () => {
  const { lines, after } = logged('kraken')
  after(0, { type: 'unbuffered', byPair: new Map([['BTC/USD', 7]]) })
  const ahead = { pair: 'ETH/USD', trade_id: 1, side: 'buy', price: '1', qty: '1', timestamp_ms: 9e12 } as const
  after(0, { type: 'ahead', trades: [ahead] })
  expect(lines).toEqual([
    expect.stringMatching(/300,000 trades are buffered.* dropped some of BTC\/USD/),
    expect.stringMatching(/trade of ETH\/USD is more than 10 s ahead/),
  ])
})

it('reports how many histories it does not list', () => {
  const { lines, after } = logged('kraken')
  const histories = Array.from({ length: 12 }, (_, i) => ({ pair: `P${i}/USD`, doneMs: 0, ofMs: 3_600_000 }))
  after(0, { type: 'recovering', lacking: 12, recovered: 0, buffered: 0, leftMs: undefined, histories })
  expect(lines).toHaveLength(12)
  expect(lines.at(-1)).toBe('2 more pairs are fetching their history')
})
