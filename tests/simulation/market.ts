import type { Trade } from '@candlewick/market-data'
import type { Random } from './random.ts'
import { wallOf } from './scheduler.ts'

/**
 * @returns the trades of the exchange over `durationMs`, each pair's in the order of their ids; the first `busyMs` are busy
 */
export function market(random: Random, pairs: readonly string[], durationMs: number, busyMs: number): readonly Trade[] {
  return pairs
    .flatMap(pair => tradesOf(random, pair, durationMs, busyMs))
    .sort((a, b) => a.timestamp_ms - b.timestamp_ms || a.trade_id - b.trade_id)
}

const QUIET_GAP_MS = 300

function tradesOf(random: Random, pair: string, durationMs: number, busyMs: number): Trade[] {
  const meanGapMs = random.pick([40, 120, 400, 1000])
  const trades: Trade[] = []
  let price = random.int(10, 1000)
  let id = random.int(0, 1_000_000)
  const gapMs = (at: number) =>
    -Math.log(1 - random.next()) * (at < busyMs ? meanGapMs : Math.max(meanGapMs, QUIET_GAP_MS))
  for (let at = random.next() * 400; at < durationMs; at += gapMs(at)) {
    price = Math.max(1, price + random.int(-3, 3))
    trades.push({
      pair,
      trade_id: id++,
      side: random.chance(0.5) ? 'buy' : 'sell',
      price: price + random.int(0, 99) / 100,
      qty: random.int(1, 5000) / 1000,
      timestamp_ms: wallOf(at),
    })
  }
  return trades
}

/** @returns the trades with ids that grow by `step` instead of one */
export const withSparseIds = (trades: readonly Trade[], step: number): readonly Trade[] =>
  trades.map(trade => ({ ...trade, trade_id: trade.trade_id * step }))
