export { type Clock, systemClock } from '@candlewick/clock'
export { type Backoff, backoffMs } from './backoff.ts'
export {
  type Dialect,
  type Exchange,
  type FeedMessage,
  type History,
  type HistoryPage,
  type HistoryPosition,
  UnknownPair,
} from './exchange.ts'
export type { ExchangeOptions } from './exchange-options.ts'
export { EXCHANGE_NAMES, EXCHANGES, type ExchangeName } from './exchanges.ts'
export { Feed, type FeedEvent, type FeedOptions } from './feed.ts'
export type { HttpGet } from './http.ts'
export type { MappedTrades, RejectedTrade } from './mapped-trades.ts'
export type { ExchangeCandle, Ohlc } from './ohlc.ts'
export { pairProblem } from './pair-names.ts'
export { type PastOptions, pastTrades, type Span } from './past.ts'
export { BoundedQueue } from './queue.ts'
export { formatOf } from './replay/bytes.ts'
export { columnsOf } from './replay/layouts.ts'
export { type OrderedTrades, orderTrades } from './replay/order.ts'
export { fileProgress } from './replay/progress.ts'
export { type ReadOptions, readTrades } from './replay/read.ts'
export { type LeftOut, type LeftOutReason, reasonOfField } from './replay/row-sink.ts'
export { type Silence, silenceText } from './replay/silence.ts'
export { BUY, NO_SIDE, PairIndex, SELL, TradeBatch } from './replay/trade-batch.ts'
export { type Fault, type FaultRates, REST_FAULTS, SOCKET_FAULTS } from './simulated/faults.ts'
export { SimulatedExchange, type SimulatedOptions } from './simulated/index.ts'
export { FIRST_TRADE_MS } from './simulated/market.ts'
export { type Served, serve } from './simulated/serve.ts'
export { VirtualClock } from './simulated/virtual-clock.ts'
export { type Connect, connectWebSocket } from './socket.ts'
export { type ExchangeTrade, exchangeTrade, Malformed } from './trade.ts'
