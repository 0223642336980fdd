import { type ExchangeTrade, exchangeTrade, Malformed } from '../trade.ts'
import type { Cells } from './columns.ts'

const SIDES: Readonly<Record<string, 'buy' | 'sell'>> = { buy: 'buy', b: 'buy', sell: 'sell', s: 'sell' }

/** Seconds (with a fraction), milli-, micro- or nanoseconds since 1970 by the number of digits, or an ISO 8601 time. */
function millis(time: unknown): number {
  const text = String(time)
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d*))?$/.exec(text) ?? []
  if (whole === undefined) return Date.parse(text)
  if (whole.length <= 11) return Number(whole + fraction.slice(0, 3).padEnd(3, '0'))
  return Number(whole.slice(0, whole.length <= 14 ? undefined : whole.length <= 17 ? -3 : -6))
}

function side({ side, buyer_is_maker }: Cells): unknown {
  if (buyer_is_maker !== undefined) return /^true$/i.test(String(buyer_is_maker)) ? 'sell' : 'buy'
  if (side === undefined || side === null || side === '') return null
  return SIDES[String(side).toLowerCase()] ?? side
}

/**
 * @param pair of a file whose lines do not name one
 * @param number counts the pair's trades: the id where the file has none
 * @throws Malformed naming the field
 */
export function tradeOfCells(cells: Cells, pair: string, number: number): ExchangeTrade {
  const { trade_id, price, qty, time, timestamp_ms } = cells
  if (price === undefined || qty === undefined) throw new Malformed('no price or no quantity')
  return exchangeTrade({
    pair,
    trade_id: trade_id === undefined ? number : Number(trade_id),
    side: side(cells),
    price: String(price),
    qty: String(qty),
    timestamp_ms: timestamp_ms === undefined ? millis(time) : Number(timestamp_ms),
  })
}
