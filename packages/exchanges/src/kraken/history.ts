import type { History, HistoryPage, HistoryPosition } from '../exchange.ts'
import type { RateLimitedHttp } from '../http.ts'
import { rowCount, rowsAbove } from '../mapped-trades.ts'
import { KRAKEN_REST_URL } from './dialect.ts'
import { readRestTrades } from './mapper.ts'
import { restName } from './names.ts'

const COUNT = 1000

/** The nanosecond before the millisecond: `since` excludes trades at exactly that instant, and many trades can share one. */
const before = (ms: number): string => String(BigInt(ms) * 1_000_000n - 1n)

/** Kraken REST `/0/public/Trades`. Pages overlap and are joined by trade id, because `last` is sometimes wrong. */
export function krakenHistory(http: RateLimitedHttp, url: string | undefined): History {
  const base = url ?? KRAKEN_REST_URL
  const request = (pair: string, since: string, signal: AbortSignal) => {
    const url = `${base}/0/public/Trades?pair=${encodeURIComponent(restName(pair))}&since=${since}&count=${COUNT}`
    return http.get(pair, url, text => readRestTrades(pair, text), signal)
  }
  const page = async (pair: string, after: HistoryPosition, signal: AbortSignal): Promise<HistoryPage> => {
    let since = before(after.timestamp_ms)
    for (let followed = false; ; followed = true) {
      const { last, ...rows } = await request(pair, since, signal)
      const news = rowsAbove(rows, after.trade_id)
      const isEmpty = rowCount(news) === 0
      // A full page has only old trades if more trades share that millisecond than fit on a page. Then only `last` leads to
      // the next page. As `last` is sometimes wrong, an empty page behind it does not prove that there are no more trades.
      if (isEmpty && rowCount(rows) >= COUNT && last > since) since = last
      else return { ...news, end: isEmpty && !followed }
    }
  }
  return { page }
}
