import type { History, HistoryPage, HistoryPosition } from '../exchange.ts'
import type { RateLimitedHttp } from '../http.ts'
import { idRange, type MappedTrades, rowCount, rowsAbove } from '../mapped-trades.ts'
import { COINBASE_REST_URL } from './dialect.ts'
import { readRestTrades } from './mapper.ts'
import type { ProductNames } from './names.ts'

const COUNT = 1000
/** Most gaps are small, so a long page is requested only after a short page was full. */
const FEW = 100
const NONE: MappedTrades = { trades: [], rejected: [] }

const joined = (older: MappedTrades, newer: MappedTrades): MappedTrades => ({
  trades: [...older.trades, ...newer.trades],
  rejected: [...older.rejected, ...newer.rejected],
})

/**
 * Coinbase Exchange's trades. Its pages only go backwards: `after` returns the newest trades below an id. Because ids are
 * contiguous, this client can nevertheless request the trades above an id.
 */
export function coinbaseHistory(http: RateLimitedHttp, names: ProductNames, url: string | undefined): History {
  const base = `${url ?? COINBASE_REST_URL}/products`
  const rowsBelow = (pair: string, id: number | undefined, limit: number, signal: AbortSignal) => {
    const after = id === undefined ? '' : `&after=${id}`
    const url = `${base}/${encodeURIComponent(names.bookOf(pair))}/trades?limit=${limit}${after}`
    return http.get(pair, url, text => readRestTrades(pair, text), signal)
  }

  /** The rows with ids in [from, below), usually by one request. */
  const rowsBetween = async (pair: string, from: number, below: number, signal: AbortSignal): Promise<MappedTrades> => {
    let rows = NONE
    for (let first = below; first > from; ) {
      const page = await rowsBelow(pair, first, first - from, signal)
      const range = idRange(page)
      if (range === undefined) return joined(page, rowsAbove(rows, from - 1))
      if (range.lowest >= first) break
      // An answer may lag behind the previous one and end before it. The next page then has the newer trades.
      rows = range.highest === first - 1 ? joined(page, rows) : page
      first = range.lowest
    }
    return rowsAbove(rows, from - 1)
  }

  /** Halves the range of ids until a page contains the time. Years of trades take some twenty requests. */
  const rowsAt = async (pair: string, ms: number, signal: AbortSignal): Promise<MappedTrades> => {
    const newest = await rowsBelow(pair, undefined, 1, signal)
    // Trades with ids below `low` are older than the time, trades with ids from `high` on are not.
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
