/**
 * Recorded trades, and the histories of exchanges. A program that needs neither a live feed nor the simulated exchange starts
 * faster with this entry, because it loads fifty files fewer.
 */
export type { ExchangeOptions } from './exchange-options.ts'
export { EXCHANGE_NAMES, EXCHANGES, type ExchangeName } from './exchanges.ts'
export type { RejectedTrade } from './mapped-trades.ts'
export { pairProblem } from './pair-names.ts'
export { pastTrades } from './past.ts'
export { columnsOf } from './replay/layouts.ts'
export { orderTrades } from './replay/order.ts'
export { type ReadOptions, readTrades } from './replay/read.ts'
export { type LeftOut, reasonOfField } from './replay/row-sink.ts'
export { type Silence, silenceText } from './replay/silence.ts'
export { PairIndex, TradeBatch } from './replay/trade-batch.ts'
