import { binance } from './binance/index.ts'
import { coinbase } from './coinbase/index.ts'
import type { Exchange } from './exchange.ts'
import type { ExchangeOptions } from './exchange-options.ts'
import { kraken } from './kraken/index.ts'

/** The exchanges with a live feed. A new exchange needs its folder and a line here. */
export const EXCHANGES = { kraken, binance, coinbase } as const satisfies Record<
  string,
  (options: ExchangeOptions) => Exchange
>

export type ExchangeName = keyof typeof EXCHANGES

export const EXCHANGE_NAMES = Object.keys(EXCHANGES) as ExchangeName[]
