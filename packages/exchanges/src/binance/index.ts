import type { Exchange } from '../exchange.ts'
import type { ExchangeOptions } from '../exchanges.ts'
import { binanceDialect } from './dialect.ts'
import { binanceHistory } from './history.ts'

export const binance = (options: ExchangeOptions): Exchange => ({
  name: 'binance',
  dialect: binanceDialect(options.pairs),
  history: binanceHistory(options),
})
