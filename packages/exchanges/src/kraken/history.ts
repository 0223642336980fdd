import type { History, HistoryPage, HistoryPosition } from '../exchange.ts'
import type { RateLimitedHttp } from '../http.ts'
import { KRAKEN_REST_URL } from './dialect.ts'
import { readRestTrades } from './mapper.ts'
import { restName } from './names.ts'

const COUNT = 1000

/** The nanosecond before the millisecond: `since` excludes its own instant, and many trades share one. */
const before = (ms: number): string => String(BigInt(ms) * 1_000_000n - 1n)

/** Kraken REST `/0/public/Trades`, read on by trade id and with overlap, as `last` is not always right. */
export function krakenHistory(http: RateLimitedHttp, url: string | undefined): History {
  const base = url ?? KRAKEN_REST_URL
  const request = (pair: string, since: string, signal: AbortSignal) => {
    const url = `${base}/0/public/Trades?pair=${encodeURIComponent(restName(pair))}&since=${since}&count=${COUNT}`
    return http.get(pair, url, text => readRestTrades(pair, text), signal)
  }
  const page = async (pair: string, after: HistoryPosition, signal: AbortSignal): Promise<HistoryPage> => {
    const isNew = (id: number) => after.trade_id === null || id > after.trade_id
    let since = before(after.timestamp_ms)
    for (let followed = false; ; followed = true) {
      const { trades, last } = await request(pair, since, signal)
      const news = trades.filter(trade => isNew(trade.trade_id))
      // A page of nothing but old trades: more share that millisecond than fit, and only `last` leads on. As it is not
      // always right, nothing behind it proves nothing.
      if (news.length === 0 && trades.length >= COUNT && last > since) since = last
      else return { trades: news, end: news.length === 0 && !followed }
    }
  }
  return { page }
}
