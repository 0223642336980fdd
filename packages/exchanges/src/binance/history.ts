import type { History, HistoryPage, HistoryPosition } from '../exchange.ts'
import type { RateLimitedHttp } from '../http.ts'
import { rowCount, rowsAbove } from '../mapped-trades.ts'
import { BINANCE_REST_URL } from './dialect.ts'
import { readFirstTradeId, readRestTrades } from './mapper.ts'
import { symbolOf } from './names.ts'

const COUNT = 1000

/**
 * Binance's trades by id (`/api/v3/historicalTrades`). Aggregate trades merge several trades, and serve only to find
 * the id at which a time begins.
 */
export function binanceHistory(http: RateLimitedHttp, url: string | undefined): History {
  const base = `${url ?? BINANCE_REST_URL}/api/v3`
  const firstIdAt = (pair: string, ms: number, signal: AbortSignal) =>
    http.get(
      pair,
      `${base}/aggTrades?symbol=${encodeURIComponent(symbolOf(pair))}&startTime=${ms}&limit=1`,
      readFirstTradeId,
      signal,
    )
  const tradesFrom = (pair: string, id: number, signal: AbortSignal) =>
    http.get(
      pair,
      `${base}/historicalTrades?symbol=${encodeURIComponent(symbolOf(pair))}&fromId=${id}&limit=${COUNT}`,
      text => readRestTrades(pair, text),
      signal,
    )
  const page = async (pair: string, after: HistoryPosition, signal: AbortSignal): Promise<HistoryPage> => {
    const from = after.trade_id ?? (await firstIdAt(pair, after.timestamp_ms, signal))
    if (from === undefined) return { trades: [], rejected: [], end: true }
    const news = rowsAbove(await tradesFrom(pair, from, signal), after.trade_id)
    return { ...news, end: rowCount(news) === 0 }
  }
  return { page }
}
