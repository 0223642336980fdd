import type { RateLimitedHttp } from '../http.ts'
import { parseJson } from '../json.ts'
import type { ExchangeCandle, Ohlc } from '../ohlc.ts'
import { Malformed } from '../trade.ts'
import { COINBASE_REST_URL } from './dialect.ts'
import type { ProductNames } from './names.ts'

const SECONDS: Readonly<Record<string, number>> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3600,
  '6h': 21_600,
  '1d': 86_400,
}
const ROWS_MAX = 300

/** Rows `[time in s, low, high, open, close, volume]`, unquoted numbers, newest first. @throws Malformed */
export function readCandles(text: string): ExchangeCandle[] {
  const rows = parseJson(text)
  if (!Array.isArray(rows)) throw new Malformed(`no list of candles: ${text.slice(0, 100)}`)
  return rows
    .map((row: readonly unknown[]) => {
      const [time, low = '', high = '', open = '', close = '', volume] = row.map(String)
      if (volume === undefined) throw new Malformed('a candle of too few columns')
      return { open_time_ms: Number(time) * 1000, open, high, low, close, volume, trade_count: null }
    })
    .reverse()
}

/** Coinbase Exchange's `/products/…/candles`, which has no candles for windows without trades, and no trade counts. */
export function coinbaseOhlc(http: RateLimitedHttp, names: ProductNames, url = COINBASE_REST_URL): Ohlc {
  const page = (pair: string, seconds: number, fromMs: number, toMs: number, signal: AbortSignal) => {
    const iso = (ms: number) => new Date(ms).toISOString()
    // The range includes both ends.
    const query = `granularity=${seconds}&start=${iso(fromMs)}&end=${iso(toMs - seconds * 1000)}`
    return http.get(
      pair,
      `${url}/products/${encodeURIComponent(names.bookOf(pair))}/candles?${query}`,
      readCandles,
      signal,
    )
  }
  return {
    intervals: Object.keys(SECONDS),
    candles: async (pair, interval, fromMs, toMs, signal) => {
      const seconds = SECONDS[interval] ?? Number.NaN
      const all: ExchangeCandle[] = []
      for (let from = fromMs; from < toMs; from += ROWS_MAX * seconds * 1000)
        all.push(...(await page(pair, seconds, from, Math.min(toMs, from + ROWS_MAX * seconds * 1000), signal)))
      return all
    },
  }
}
