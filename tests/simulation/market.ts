import type { Trade } from '@candlewick/market-data'
import type { Random } from './random.ts'
import { EPOCH_MS } from './scheduler.ts'

/** @returns what the exchange has executed: each pair's trades in the order of their ids, over `durationMs`. */
export function market(random: Random, pairs: readonly string[], durationMs: number): readonly Trade[] {
  return pairs
    .flatMap(pair => tradesOf(random, pair, durationMs))
    .sort((a, b) => a.timestamp_ms - b.timestamp_ms || a.trade_id - b.trade_id)
}

function tradesOf(random: Random, pair: string, durationMs: number): Trade[] {
  const meanGapMs = random.pick([60, 250, 900, 3000])
  const trades: Trade[] = []
  let price = random.int(10, 1000)
  let id = random.int(0, 1_000_000)
  for (let at = random.next() * 2000; at < durationMs; at += -Math.log(1 - random.next()) * meanGapMs) {
    price = Math.max(1, price + random.int(-3, 3))
    trades.push({
      pair,
      trade_id: id++,
      side: random.chance(0.5) ? 'buy' : 'sell',
      price: price + random.int(0, 99) / 100,
      qty: random.int(1, 5000) / 1000,
      timestamp_ms: EPOCH_MS + Math.floor(at),
    })
  }
  return trades
}
