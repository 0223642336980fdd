import type { History, HistoryPage, HistoryPosition } from '../exchange.ts'
import type { RateLimitedHttp } from '../http.ts'
import type { ExchangeTrade } from '../trade.ts'
import { COINBASE_REST_URL } from './dialect.ts'
import { readRestTrades } from './mapper.ts'
import { productOf } from './names.ts'

const COUNT = 1000
/** A gap is small as a rule: only a full page is followed by a long one. */
const FEW = 100

/**
 * Coinbase Exchange's trades. It pages backwards only: `after` gives the newest trades below an id. As ids are
 * contiguous, those above an id are had all the same.
 */
export function coinbaseHistory(http: RateLimitedHttp, url: string | undefined): History {
  const base = `${url ?? COINBASE_REST_URL}/products`
  const tradesBelow = (pair: string, id: number | undefined, limit: number, signal: AbortSignal) => {
    const after = id === undefined ? '' : `&after=${id}`
    const url = `${base}/${productOf(pair)}/trades?limit=${limit}${after}`
    return http.get(pair, url, text => readRestTrades(pair, text), signal)
  }

  /** The trades with ids in [from, below), most often by one request. */
  const tradesBetween = async (pair: string, from: number, below: number, signal: AbortSignal) => {
    let trades: readonly ExchangeTrade[] = []
    for (let first = below; first > from; ) {
      const page = await tradesBelow(pair, first, first - from, signal)
      if (page[0] === undefined || page[0].trade_id >= first) break
      // An answer that is behind the one before does not reach it: what is newer is asked for the next time.
      trades = page.at(-1)?.trade_id === first - 1 ? [...page, ...trades] : page
      first = page[0].trade_id
    }
    return trades.filter(({ trade_id }) => trade_id >= from)
  }

  /** Halves the range of ids until a page holds the time: some twenty requests for years of trades. */
  const tradesAt = async (pair: string, ms: number, signal: AbortSignal): Promise<readonly ExchangeTrade[]> => {
    const newest = await tradesBelow(pair, undefined, 1, signal)
    // Those below `low` lie before the time, those from `high` on do not.
    let low = 1
    let high = (newest.at(-1)?.trade_id ?? 0) + 1
    while (high - low >= COUNT) {
      const middle = Math.floor((low + high) / 2)
      const page = await tradesBelow(pair, middle, COUNT, signal)
      const first = page.find(({ timestamp_ms }) => timestamp_ms >= ms)
      if (first === undefined) low = middle
      else high = first.trade_id
      if (first && first !== page[0]) low = page[0]?.trade_id ?? low
    }
    const trades = await tradesBetween(pair, low, low + COUNT, signal)
    return trades.filter(({ timestamp_ms }) => timestamp_ms >= ms)
  }

  const busy = new Set<string>()
  const page = async (pair: string, after: HistoryPosition, signal: AbortSignal): Promise<HistoryPage> => {
    if (after.trade_id === null) {
      const trades = await tradesAt(pair, after.timestamp_ms, signal)
      return { trades, end: trades.length === 0 }
    }
    const from = after.trade_id + 1
    const count = busy.has(pair) ? COUNT : FEW
    const trades = await tradesBetween(pair, from, from + count, signal)
    if (trades.length < count) busy.delete(pair)
    else busy.add(pair)
    return { trades, end: trades.length === 0 }
  }
  return { page }
}
