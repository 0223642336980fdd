import type { Clock } from '../clock.ts'
import type { History, HistoryPage, HistoryPosition } from '../exchange.ts'
import { type HttpGet, RateLimitedHttp } from '../http.ts'
import { BINANCE_REST_URL } from './dialect.ts'
import { readFirstTradeId, readRestTrades } from './mapper.ts'
import { symbolOf } from './names.ts'

/** Of a weight of 6000 a minute a request takes 25. */
const RATE_LIMIT = {
  everyMs: 300,
  pauseMs: 10_000,
  isUnknownPair: (status: number, text: string) => status === 400 && text.includes('-1121'),
}
const COUNT = 1000

/**
 * Binance's single trades by id (`/api/v3/historicalTrades`). Aggregate trades merge several of them: they only tell
 * which id a time begins with.
 */
export function binanceHistory(options: { url?: string | undefined; get?: HttpGet; clock?: Clock } = {}): History {
  const http = new RateLimitedHttp(RATE_LIMIT, options.get, options.clock)
  const base = `${options.url ?? BINANCE_REST_URL}/api/v3`
  const firstIdAt = (pair: string, ms: number, signal: AbortSignal) =>
    http.get(`${base}/aggTrades?symbol=${symbolOf(pair)}&startTime=${ms}&limit=1`, readFirstTradeId, signal)
  const tradesFrom = (pair: string, id: number, signal: AbortSignal) =>
    http.get(
      `${base}/historicalTrades?symbol=${symbolOf(pair)}&fromId=${id}&limit=${COUNT}`,
      text => readRestTrades(pair, text),
      signal,
    )
  const page = async (pair: string, after: HistoryPosition, signal: AbortSignal): Promise<HistoryPage> => {
    const from = after.trade_id ?? (await firstIdAt(pair, after.timestamp_ms, signal))
    if (from === undefined) return { trades: [], end: true }
    const trades = await tradesFrom(pair, from, signal)
    const news = trades.filter(({ trade_id }) => after.trade_id === null || trade_id > after.trade_id)
    return { trades: news, end: news.length === 0 }
  }
  return { page }
}
