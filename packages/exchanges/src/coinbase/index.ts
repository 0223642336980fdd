import type { Exchange } from '../exchange.ts'
import type { ExchangeOptions } from '../exchanges.ts'
import { coinbaseDialect } from './dialect.ts'
import { coinbaseHistory } from './history.ts'

export const coinbase = (options: ExchangeOptions): Exchange => ({
  name: 'coinbase',
  dialect: coinbaseDialect,
  history: coinbaseHistory(options),
})
