import * as z from 'zod'
import { Interval } from './interval.ts'
import { Pair, TradeId, UnixMs } from './trade.ts'

/**
 * An OHLCV candle of the window [open_time_ms, close_time_ms). Sums are in base units (`volume`, `buy_volume`) and
 * quote units (`quote_volume`). A window without trades is flat: every price the previous close, volume 0, ids null.
 * `complete` is false where the window may lack trades that the exchange has.
 * `source` is there only where the exchange made the candle, before the pair's first trade: `complete` is false then, the ids
 * are null, and `quote_volume`, `vwap` and `buy_volume` are estimates.
 */
export const Candle = z.object({
  pair: Pair,
  interval: Interval,
  open_time_ms: UnixMs,
  close_time_ms: UnixMs,
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number().nonnegative(),
  quote_volume: z.number().nonnegative(),
  vwap: z.number(),
  trade_count: z.int().nonnegative(),
  buy_volume: z.number().nonnegative(),
  first_trade_id: TradeId.nullable(),
  last_trade_id: TradeId.nullable(),
  complete: z.boolean(),
  source: z.literal('exchange').optional(),
})
export type Candle = z.infer<typeof Candle>

/**
 * A final candle and one field an indicator output (`sma_7`, `macd_signal_12_26_9`, …), null until it is warm.
 * `complete` is also false while a value would still be null without candles that the exchange made.
 */
export const FeatureRow = Candle.catchall(z.number().nullable())
export type FeatureRow = Candle & { [indicator: string]: number | null | string | boolean | undefined }
