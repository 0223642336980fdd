import type { Exchange } from '../exchange.ts'
import type { ExchangeOptions } from '../exchange-options.ts'
import { RateLimitedHttp } from '../http.ts'
import { binanceDialect, RATE_LIMIT } from './dialect.ts'
import { binanceHistory } from './history.ts'
import { binanceOhlc } from './ohlc.ts'

export function binance(options: ExchangeOptions): Exchange {
  const http = new RateLimitedHttp(RATE_LIMIT, options.get, options.clock)
  return {
    name: 'binance',
    dialect: binanceDialect(options.pairs),
    history: binanceHistory(http, options.url),
    ohlc: binanceOhlc(http, options.url),
  }
}
