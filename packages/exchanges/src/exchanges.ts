import { binance } from './binance/index.ts'
import type { Clock } from './clock.ts'
import { coinbase } from './coinbase/index.ts'
import type { Exchange } from './exchange.ts'
import type { HttpGet } from './http.ts'
import { kraken } from './kraken/index.ts'

export interface ExchangeOptions {
  /** Those that will be asked for. */
  readonly pairs: readonly string[]
  /** Of the REST interface, in place of the exchange's own. */
  readonly url?: string | undefined
  readonly get?: HttpGet
  readonly clock?: Clock
}

/** Every exchange that can be read live: adding one is adding its folder and a line here. */
export const EXCHANGES = { kraken, binance, coinbase } as const satisfies Record<
  string,
  (options: ExchangeOptions) => Exchange
>

export type ExchangeName = keyof typeof EXCHANGES

export const EXCHANGE_NAMES = Object.keys(EXCHANGES) as ExchangeName[]
