/** What a block or an indicator gives until it is warm. Not null: V8 makes a number that may be null anew, on the heap. */
export const COLD = Number.NaN
export const isCold = Number.isNaN
