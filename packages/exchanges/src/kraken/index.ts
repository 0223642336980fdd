import type { Clock } from '../clock.ts'
import type { Exchange } from '../exchange.ts'
import type { HttpGet } from '../http.ts'
import { krakenDialect } from './dialect.ts'
import { krakenHistory } from './history.ts'

/** @param url of the REST interface, in place of Kraken's */
export const kraken = (options: { url?: string | undefined; get?: HttpGet; clock?: Clock } = {}): Exchange => ({
  name: 'kraken',
  dialect: krakenDialect,
  history: krakenHistory(options),
})
