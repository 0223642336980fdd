import type { Dialect } from '../exchange.ts'
import { readMessage } from './mapper.ts'
import { type ProductNames, productOf } from './names.ts'

/** The ids of Coinbase Exchange, whose book it is, and of Advanced Trade's WebSocket are the same; only here one can page by them. */
export const COINBASE_REST_URL = 'https://api.exchange.coinbase.com'

/** Coinbase Advanced Trade (https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket/websocket-channels). */
export const coinbaseDialect = (names: ProductNames): Dialect => ({
  wsUrl: 'wss://advanced-trade-ws.coinbase.com',
  // Heartbeats come every second; without them quiet channels are closed.
  silenceMs: 5000,
  opening: [JSON.stringify({ type: 'subscribe', channel: 'heartbeats' })],
  pairsPerConnection: 100,
  pairsPerRequest: 100,
  // 8 messages a second an address.
  requestEveryMs: 250,
  subscribe: pairs =>
    JSON.stringify({ type: 'subscribe', channel: 'market_trades', product_ids: pairs.map(productOf) }),
  read: text => readMessage(text, names),
})

/** 10 requests a second an address. */
export const RATE_LIMIT = { everyMs: 150, pauseMs: 5000, isUnknownPair: (status: number) => status === 404 }
