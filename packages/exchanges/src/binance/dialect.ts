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
    // Binance also listens at port 9443, which firewalls and our NetworkPolicy block.
    wsUrl: 'wss://stream.binance.com/stream',
    // For a quiet pair Binance sends nothing, so only the answers to our own requests show that the connection is alive.
    silenceMs: 10_000,
    ping: {
      everyMs: 3000,
      message: id => JSON.stringify({ method: 'GET_PROPERTY', params: ['combined'], id }),
    },
    // Binance allows 1024 streams per connection and 5 messages per second to it, pongs included.
    pairsPerConnection: 1024,
    pairsPerRequest: 200,
    requestEveryMs: 300,
    // Binance closes a connection after 24 hours.
    connectionMsMax: 23 * HOUR_MS,
    subscribe: (asked, id) =>
      JSON.stringify({ method: 'SUBSCRIBE', params: asked.map(pair => `${symbolOf(pair).toLowerCase()}@trade`), id }),
    read: text => readMessage(text, names),
  }
}

/** A request costs 25 of the 6000 weight units that Binance allows per minute. */
export const RATE_LIMIT = {
  everyMs: 300,
  pauseMs: 10_000,
  isUnknownPair: (status: number, text: string) => status === 400 && text.includes('-1121'),
}
