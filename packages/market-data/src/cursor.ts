import { Route } from '@candlewick/streams/control-records'
import * as z from 'zod'
import { TradeId, UnixMs } from './trade.ts'

/** How far an ingestor has written a pair's trades, in one transaction with those trades; key = pair. */
export const Cursor = z.object({
  v: z.literal(1),
  exchange: z.string(),
  last_trade_id: TradeId.nullable(),
  last_timestamp_ms: UnixMs.nullable(),
  watermark_ms: UnixMs.nullable(),
  /** Time from which on all trades of the pair are in the topic, as its birth record says; absent before its first trade. */
  complete_from_ms: UnixMs.nullish(),
  route: Route,
  /** Trades per second, exponentially decayed. The placement balances partitions by this rate. */
  rate: z.number().nonnegative(),
  /** The ingestor process that writes the pair, and when it last gave a sign of life (Unix ms). */
  owner: z.object({ id: z.string(), seen_ms: z.int() }).nullable(),
})
export type Cursor = z.infer<typeof Cursor>
