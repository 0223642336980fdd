import type { Dialect } from '../exchange.ts'
import { readMessage } from './mapper.ts'

export const KRAKEN_REST_URL = 'https://api.kraken.com'

/** Kraken WebSocket v2: heartbeats come about every second, so five seconds of silence mean that it is lost. */
export const krakenDialect: Dialect = {
  wsUrl: 'wss://ws.kraken.com/v2',
  silenceMs: 5000,
  pairsPerConnection: 100,
  pairsPerRequest: 100,
  requestEveryMs: 0,
  // The pong tells the exchange's time, which heartbeats do not.
  ping: { everyMs: 5000, message: id => JSON.stringify({ method: 'ping', req_id: id }) },
  subscribe: (pairs, id) =>
    JSON.stringify({ method: 'subscribe', params: { channel: 'trade', symbol: pairs, snapshot: true }, req_id: id }),
  read: readMessage,
}

/**
 * Kraken counts requests for trades and candles by address *and pair*: one a second
 * (https://support.kraken.com/articles/206548367-what-are-the-api-rate-limits-). Those of all pairs are kept apart a
 * little all the same, and more after a refusal. 1000 trades are the most that one brings.
 */
export const RATE_LIMIT = { everyMs: 50, everyMsOfPair: 1000, pauseMs: 10_000 }
