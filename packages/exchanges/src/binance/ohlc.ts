import type { RateLimitedHttp } from '../http.ts'
import { parseJson } from '../json.ts'
import type { ExchangeCandle, Ohlc } from '../ohlc.ts'
import { Malformed } from '../trade.ts'
import { BINANCE_REST_URL } from './dialect.ts'
import { symbolOf } from './names.ts'

const LIMIT = 1000

/** Rows `[open time, open, high, low, close, volume, close time, quote volume, count, …]`. @throws Malformed */
export function readKlines(text: string): (ExchangeCandle & { close_time_ms: number })[] {
  const rows = parseJson(text)
  if (!Array.isArray(rows)) throw new Malformed(`no list of candles: ${text.slice(0, 100)}`)
  return rows.map((row: readonly unknown[]) => {
    const [open_time_ms, , , , , , closes, , trade_count] = row.map(Number)
    const [, open = '', high = '', low = '', close = '', volume] = row.map(String)
    if (open_time_ms === undefined || closes === undefined || volume === undefined || trade_count === undefined)
      throw new Malformed('a candle of too few columns')
    return { open_time_ms, open, high, low, close, volume, trade_count, close_time_ms: closes + 1 }
  })
}

/** `/api/v3/klines`, including windows without trades. */
export function binanceOhlc(http: RateLimitedHttp, url = BINANCE_REST_URL): Ohlc {
  return {
    intervals: ['1s', '1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d', '1w'],
    candles: async (pair, interval, fromMs, toMs, signal) => {
      const all: ExchangeCandle[] = []
      for (let from = fromMs; from < toMs; ) {
        const query = `symbol=${encodeURIComponent(symbolOf(pair))}&interval=${interval}&startTime=${from}&endTime=${toMs - 1}&limit=${LIMIT}`
        const page = await http.get(pair, `${url}/api/v3/klines?${query}`, readKlines, signal)
        all.push(...page.map(({ close_time_ms: _, ...candle }) => candle))
        const last = page.at(-1)
        if (!last || page.length < LIMIT) break
        from = last.close_time_ms
      }
      return all
    },
  }
}
