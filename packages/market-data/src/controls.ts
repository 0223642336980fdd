import * as z from 'zod'
import { Interval } from './interval.ts'
import { Pair, UnixMs } from './trade.ts'

/**
 * Content of a record with the header `control=watermark`: a promise that no trade before the time follows. With `idle` it is
 * only an assumption, because no trade has arrived for `CLOSE_AFTER_IDLE_MS`.
 */
export const Watermark = z.object({ pair: Pair, watermark_ms: UnixMs, idle: z.boolean().optional() })
export type Watermark = z.infer<typeof Watermark>

/** Content of `control=gap`: the writer could not obtain the trades of [from_ms, to_ms) from the exchange. */
export const Gap = z.object({ pair: Pair, from_ms: UnixMs, to_ms: UnixMs })
export type Gap = z.infer<typeof Gap>

/** Fields of a key's birth record (`control=arrive`, from null) besides its route. */
export const Birth = z.object({ complete_from_ms: UnixMs.nullish() })
export type Birth = z.infer<typeof Birth>

/**
 * Content of `control=seed`: a candle that the exchange made for a window before the pair's birth. The seeds of an interval
 * follow one another without a hole up to the first window that the pair's own trades fill.
 */
export const Seed = z.object({
  pair: Pair,
  interval: Interval,
  open_time_ms: UnixMs,
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number().nonnegative(),
  /** Number of trades; 0 if the exchange does not publish it. */
  trade_count: z.int().nonnegative(),
})
export type Seed = z.infer<typeof Seed>
