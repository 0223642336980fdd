import type { Dialect } from '../exchange.ts'
import { readMessage } from './mapper.ts'

export const KRAKEN_REST_URL = 'https://api.kraken.com'

/** Kraken WebSocket v2. Heartbeats arrive about every second, so a connection without messages for 5 s is lost. */
export const krakenDialect: Dialect = {
  wsUrl: 'wss://ws.kraken.com/v2',
  silenceMs: 5000,
  pairsPerConnection: 100,
  pairsPerRequest: 100,
  requestEveryMs: 0,
  // The pong has the exchange's time, which heartbeats lack.
  ping: { everyMs: 5000, message: id => JSON.stringify({ method: 'ping', req_id: id }) },
  subscribe: (pairs, id) =>
    JSON.stringify({ method: 'subscribe', params: { channel: 'trade', symbol: pairs, snapshot: true }, req_id: id }),
  read: readMessage,
}

/**
 * Kraken counts requests for trades and candles by address *and pair*: one a second
 * (https://support.kraken.com/articles/206548367-what-are-the-api-rate-limits-). Requests of different pairs are
 * nevertheless kept 50 ms apart, and more after a refusal. One request returns at most 1000 trades.
 */
export const RATE_LIMIT = { everyMs: 50, everyMsOfPair: 1000, pauseMs: 10_000 }
