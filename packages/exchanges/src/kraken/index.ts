import type { Exchange } from '../exchange.ts'
import type { ExchangeOptions } from '../exchange-options.ts'
import { RateLimitedHttp } from '../http.ts'
import { krakenDialect, RATE_LIMIT } from './dialect.ts'
import { krakenHistory } from './history.ts'
import { krakenOhlc } from './ohlc.ts'

export function kraken(options: ExchangeOptions): Exchange {
  const http = new RateLimitedHttp(RATE_LIMIT, options.get, options.clock)
  return {
    name: 'kraken',
    dialect: krakenDialect,
    history: krakenHistory(http, options.url),
    ohlc: krakenOhlc(http, options.url),
  }
}
