import type { Dialect } from '../exchange.ts'
import { readMessage } from './mapper.ts'
import { type ProductNames, productOf } from './names.ts'

/** Coinbase Exchange has the same trade ids as Advanced Trade's WebSocket, and only its REST interface pages by id. */
export const COINBASE_REST_URL = 'https://api.exchange.coinbase.com'

/** Coinbase Advanced Trade (https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels). */
export const coinbaseDialect = (names: ProductNames): Dialect => ({
  wsUrl: 'wss://advanced-trade-ws.coinbase.com',
  // Heartbeats arrive every second; without them Coinbase closes quiet channels.
  silenceMs: 5000,
  opening: [JSON.stringify({ type: 'subscribe', channel: 'heartbeats' })],
  pairsPerConnection: 100,
  pairsPerRequest: 100,
  // Coinbase allows 8 messages per second and address.
  requestEveryMs: 250,
  subscribe: pairs =>
    JSON.stringify({ type: 'subscribe', channel: 'market_trades', product_ids: pairs.map(productOf) }),
  read: text => readMessage(text, names),
})

/** Coinbase allows 10 requests per second and address. */
export const RATE_LIMIT = { everyMs: 150, pauseMs: 5000, isUnknownPair: (status: number) => status === 404 }
