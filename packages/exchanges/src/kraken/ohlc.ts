import type { RateLimitedHttp } from '../http.ts'
import { isObject, parseObject } from '../json.ts'
import type { ExchangeCandle, Ohlc } from '../ohlc.ts'
import { Malformed } from '../trade.ts'
import { KRAKEN_REST_URL } from './dialect.ts'
import { restName } from './names.ts'

const MINUTES: Readonly<Record<string, number>> = {
  '1m': 1,
  '5m': 5,
  '15m': 15,
  '30m': 30,
  '1h': 60,
  '4h': 240,
  '1d': 1440,
}

/** Rows `[time in s, open, high, low, close, vwap, volume, count]`. @throws Malformed, Error with Kraken's message */
export function readOhlc(text: string): ExchangeCandle[] {
  const { error, result } = parseObject(text)
  if (Array.isArray(error) && error.length > 0) throw new Error(`Kraken: ${error.join(', ')}`)
  const rows = isObject(result) ? Object.entries(result).find(([name]) => name !== 'last')?.[1] : undefined
  if (!Array.isArray(rows)) throw new Malformed('no result with candles')
  return rows.map((row: readonly unknown[]) => {
    const [time, open, high, low, close, , volume] = row.map(String)
    if (volume === undefined) throw new Malformed('a candle of too few columns')
    const prices = { open: open ?? '', high: high ?? '', low: low ?? '', close: close ?? '' }
    return { open_time_ms: Number(time) * 1000, ...prices, volume, trade_count: Number(row[7]) }
  })
}

/** Kraken REST `/0/public/OHLC`: the last 720 candles, of which the newest is still open. */
export function krakenOhlc(http: RateLimitedHttp, url = KRAKEN_REST_URL): Ohlc {
  return {
    intervals: Object.keys(MINUTES),
    candlesMax: 720,
    candles: async (pair, interval, fromMs, toMs, signal) => {
      const since = Math.floor(fromMs / 1000) - 1
      const query = `pair=${encodeURIComponent(restName(pair))}&interval=${MINUTES[interval]}&since=${since}`
      const candles = await http.get(pair, `${url}/0/public/OHLC?${query}`, readOhlc, signal)
      return candles.slice(0, -1).filter(({ open_time_ms }) => open_time_ms >= fromMs && open_time_ms < toMs)
    },
  }
}
