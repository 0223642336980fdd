import * as z from 'zod'
import { CandleInterval } from './bar.ts'
import { AMOUNT_LIMIT, Amount, Pair, TradeId, UnixMs } from './trade.ts'

/** An upper bound of a window's trades: it limits sums of quantities, and sums of their products with prices. */
const TRADES_LIMIT = 1e10
const Volume = z
  .number()
  .nonnegative()
  .lt(AMOUNT_LIMIT * TRADES_LIMIT)
const QuoteVolume = z
  .number()
  .nonnegative()
  .lt(AMOUNT_LIMIT * AMOUNT_LIMIT * TRADES_LIMIT)

/**
 * An OHLCV candle of the window [open_time_ms, close_time_ms). Sums are in base units (`volume`, `buy_volume`) and
 * quote units (`quote_volume`). A window without trades is flat: every price the previous close, volume 0, ids null.
 * `complete` is false if the window may lack trades that the exchange has.
 * Prices are bounded like those of trades, and sums so that no sum or product of theirs overflows.
 * `source` is present only in candles that the exchange made, before the pair's first trade: their `complete` is false, the ids
 * are null, and `quote_volume`, `vwap` and `buy_volume` are estimates.
 * `bar` is present only if `interval` is a bar, such as `tick:500`: it numbers the bars of a pair and interval from 1 on. The times
 * are then the times of the bar's first and last trade, and `complete` is false if trades are missing since the previous bar.
 */
export const Candle = z.object({
  pair: Pair,
  interval: CandleInterval,
  open_time_ms: UnixMs,
  close_time_ms: UnixMs,
  open: Amount,
  high: Amount,
  low: Amount,
  close: Amount,
  volume: Volume,
  quote_volume: QuoteVolume,
  vwap: Amount,
  trade_count: z.int().nonnegative(),
  buy_volume: Volume,
  first_trade_id: TradeId.nullable(),
  last_trade_id: TradeId.nullable(),
  complete: z.boolean(),
  source: z.literal('exchange').optional(),
  bar: z.int().positive().optional(),
})
export type Candle = z.infer<typeof Candle>

type Place = { readonly open_time_ms: number; readonly bar?: number | undefined }
/** Orders candles of one pair and interval: by time, and bars that open in the same millisecond by their number. */
export const inOrder = (a: Place, b: Place): number => a.open_time_ms - b.open_time_ms || (a.bar ?? 0) - (b.bar ?? 0)

/**
 * A final candle and one field an indicator output (`sma_7`, `macd_signal_12_26_9`, …), null until it is warm.
 * `complete` is also false while a value would still be null without candles that the exchange made.
 */
export const FeatureRow = Candle.catchall(z.number().nullable())
export type FeatureRow = Candle & { [indicator: string]: number | null | string | boolean | undefined }
