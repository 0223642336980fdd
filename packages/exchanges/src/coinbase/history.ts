import type { History, HistoryPage, HistoryPosition } from '../exchange.ts'
import type { RateLimitedHttp } from '../http.ts'
import { idRange, type MappedTrades, rowCount, rowsAbove } from '../mapped-trades.ts'
import { COINBASE_REST_URL } from './dialect.ts'
import { readRestTrades } from './mapper.ts'
import type { ProductNames } from './names.ts'

const COUNT = 1000
/** Most gaps are small: a long page is asked for only after a full short one. */
const FEW = 100
const NONE: MappedTrades = { trades: [], rejected: [] }

const joined = (older: MappedTrades, newer: MappedTrades): MappedTrades => ({
  trades: [...older.trades, ...newer.trades],
  rejected: [...older.rejected, ...newer.rejected],
})

/**
 * Coinbase Exchange's trades. Its pages only go backwards: `after` returns the newest trades below an id. Because ids are
 * contiguous, the trades above an id can be requested all the same.
 */
export function coinbaseHistory(http: RateLimitedHttp, names: ProductNames, url: string | undefined): History {
  const base = `${url ?? COINBASE_REST_URL}/products`
  const rowsBelow = (pair: string, id: number | undefined, limit: number, signal: AbortSignal) => {
    const after = id === undefined ? '' : `&after=${id}`
    const url = `${base}/${encodeURIComponent(names.bookOf(pair))}/trades?limit=${limit}${after}`
    return http.get(pair, url, text => readRestTrades(pair, text), signal)
  }

  /** The rows with ids in [from, below), most often by one request. */
  const rowsBetween = async (pair: string, from: number, below: number, signal: AbortSignal): Promise<MappedTrades> => {
    let rows = NONE
    for (let first = below; first > from; ) {
      const page = await rowsBelow(pair, first, first - from, signal)
      const range = idRange(page)
      if (range === undefined) return joined(page, rowsAbove(rows, from - 1))
      if (range.lowest >= first) break
      // An answer that lags behind the one before does not reach up to it: its newer trades are left to the next page.
      rows = range.highest === first - 1 ? joined(page, rows) : page
      first = range.lowest
    }
    return rowsAbove(rows, from - 1)
  }

  /** Halves the range of ids until a page holds the time: some twenty requests for years of trades. */
  const rowsAt = async (pair: string, ms: number, signal: AbortSignal): Promise<MappedTrades> => {
    const newest = await rowsBelow(pair, undefined, 1, signal)
    // The ids below `low` lie before the time, those from `high` on do not.
    let low = 1
    let high = (idRange(newest)?.highest ?? 0) + 1
    while (high - low >= COUNT) {
      const middle = Math.floor((low + high) / 2)
      const { trades } = await rowsBelow(pair, middle, COUNT, signal)
      const first = trades.find(({ timestamp_ms }) => timestamp_ms >= ms)
      if (first === undefined) low = middle
      else high = first.trade_id
      if (first && first !== trades[0]) low = trades[0]?.trade_id ?? low
    }
    const { trades, rejected } = await rowsBetween(pair, low, low + COUNT, signal)
    const first = trades.find(({ timestamp_ms }) => timestamp_ms >= ms)
    return first === undefined ? NONE : rowsAbove({ trades, rejected }, first.trade_id - 1)
  }

  const busy = new Set<string>()
  const page = async (pair: string, after: HistoryPosition, signal: AbortSignal): Promise<HistoryPage> => {
    if (after.trade_id === null) {
      const rows = await rowsAt(pair, after.timestamp_ms, signal)
      return { ...rows, end: rowCount(rows) === 0 }
    }
    const from = after.trade_id + 1
    const count = busy.has(pair) ? COUNT : FEW
    const rows = await rowsBetween(pair, from, from + count, signal)
    if (rowCount(rows) < count) busy.delete(pair)
    else busy.add(pair)
    return { ...rows, end: rowCount(rows) === 0 }
  }
  return { page }
}
