/**
 * The value of a block or an indicator while it lacks the candles that it needs, or if it is not defined. It is not null,
 * because V8 allocates every number that may be null on the heap.
 */
export const MISSING = Number.NaN
export const isMissing = Number.isNaN
