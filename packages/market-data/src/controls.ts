import * as z from 'zod'
import { Pair, UnixMs } from './trade.ts'

/** Value of a record with the header `control=watermark`: a promise that no trade before the time follows. */
export const Watermark = z.object({ pair: Pair, watermark_ms: UnixMs })
export type Watermark = z.infer<typeof Watermark>

/** Value of `control=gap`: the writer could not get the trades of [from_ms, to_ms) from the exchange. */
export const Gap = z.object({ pair: Pair, from_ms: UnixMs, to_ms: UnixMs })
export type Gap = z.infer<typeof Gap>

/** What a key's birth record (`control=arrive`, from null) says beyond its route. */
export const Birth = z.object({ complete_from_ms: UnixMs.nullish() })
export type Birth = z.infer<typeof Birth>
