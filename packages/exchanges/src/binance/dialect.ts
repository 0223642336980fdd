import type { Dialect } from '../exchange.ts'
import { readMessage } from './mapper.ts'
import { pairsBySymbol, symbolOf } from './names.ts'

/** The mirror `data-api.binance.vision` has no `historicalTrades`. */
export const BINANCE_REST_URL = 'https://api.binance.com'

const HOUR_MS = 3_600_000

/** Binance's combined streams (https://github.com/binance/binance-spot-api-docs, web-socket-streams.md). */
export function binanceDialect(pairs: readonly string[]): Dialect {
  const names = pairsBySymbol(pairs)
  return {
    // Also at port 9443, which firewalls and our NetworkPolicy do not let through.
    wsUrl: 'wss://stream.binance.com/stream',
    // Quiet pairs are silent: only the answers to our own questions show that the connection lives.
    silenceMs: 10_000,
    ping: {
      everyMs: 3000,
      message: id => JSON.stringify({ method: 'GET_PROPERTY', params: ['combined'], id }),
    },
    // At most 1024 streams a connection and 5 incoming messages a second, its pongs included.
    pairsPerConnection: 1024,
    pairsPerRequest: 200,
    requestEveryMs: 300,
    // A connection is cut at 24 hours.
    connectionMsMax: 23 * HOUR_MS,
    subscribe: (asked, id) =>
      JSON.stringify({ method: 'SUBSCRIBE', params: asked.map(pair => `${symbolOf(pair).toLowerCase()}@trade`), id }),
    read: text => readMessage(text, names),
  }
}

/** Of a weight of 6000 a minute a request takes 25. */
export const RATE_LIMIT = {
  everyMs: 300,
  pauseMs: 10_000,
  isUnknownPair: (status: number, text: string) => status === 400 && text.includes('-1121'),
}
