/**
 * The value of a block or an indicator while it lacks the candles that it needs, or where it is not defined. It is not null,
 * because V8 allocates a number that may be null on the heap each time.
 */
export const MISSING = Number.NaN
export const isMissing = Number.isNaN
