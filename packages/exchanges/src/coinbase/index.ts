import type { Exchange } from '../exchange.ts'
import type { ExchangeOptions } from '../exchange-options.ts'
import { RateLimitedHttp } from '../http.ts'
import { coinbaseDialect, RATE_LIMIT } from './dialect.ts'
import { coinbaseHistory } from './history.ts'
import { ProductNames } from './names.ts'
import { coinbaseOhlc } from './ohlc.ts'

export function coinbase(options: ExchangeOptions): Exchange {
  const http = new RateLimitedHttp(RATE_LIMIT, options.get, options.clock)
  const names = new ProductNames(options.pairs)
  return {
    name: 'coinbase',
    dialect: coinbaseDialect(names),
    history: coinbaseHistory(http, names, options.url),
    ohlc: coinbaseOhlc(http, names, options.url),
  }
}
