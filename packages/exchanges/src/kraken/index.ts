import type { Exchange } from '../exchange.ts'
import type { ExchangeOptions } from '../exchanges.ts'
import { krakenDialect } from './dialect.ts'
import { krakenHistory } from './history.ts'

export const kraken = (options: ExchangeOptions): Exchange => ({
  name: 'kraken',
  dialect: krakenDialect,
  history: krakenHistory(options),
})
